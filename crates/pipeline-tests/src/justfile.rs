//! The recipes of the justfile, as a shell gets them.

use std::fs;

use crate::root;

/// A recipe that people see.
pub struct Recipe {
    /// What `just` calls it.
    pub name: String,
    /// Its command on one line, as just hands it to the shell; of several lines, the first.
    pub line: String,
}

/// All recipes, in the order of the file.
pub fn recipes() -> Vec<Recipe> {
    let justfile = fs::read_to_string(root().join("justfile")).expect("the justfile");
    let joined = justfile.replace("\\\n", " ");
    let lines: Vec<&str> = joined.lines().collect();
    lines
        .windows(2)
        .filter_map(|pair| {
            let (name, _) = pair[0]
                .split_once(':')
                .filter(|(name, _)| !name.starts_with(['#', '_', ' ']))?;
            Some(Recipe {
                name: name.to_owned(),
                line: on_one_line(pair[1]),
            })
        })
        .collect()
}

/// The command of one recipe.
pub fn recipe(name: &str) -> String {
    let found = recipes().into_iter().find(|recipe| recipe.name == name);
    found
        .unwrap_or_else(|| panic!("no recipe is called {name}"))
        .line
}

/// A command without the white space that only lays it out.
pub fn on_one_line(command: &str) -> String {
    command.split_whitespace().collect::<Vec<_>>().join(" ")
}
