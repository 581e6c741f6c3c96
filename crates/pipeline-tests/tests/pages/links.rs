//! Links that lead to a heading.

use std::fs;

use pipeline_tests::root;

/// The links of a page in `bin-docs` to headings that do not exist.
pub fn broken(name: &str) -> Vec<String> {
    let folder = root().join("bin-docs");
    let page = fs::read_to_string(folder.join(name)).unwrap();
    let links = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let to_headings = links.filter(|link| !link.starts_with("http"));
    to_headings
        .filter_map(|link| Some((link, link.split_once('#')?)))
        .filter(|(_, (file, heading))| {
            let file = if file.is_empty() { name } else { *file };
            let target = fs::read_to_string(folder.join(file)).unwrap();
            !headings(&target).any(|known| known == *heading)
        })
        .map(|(link, _)| link.to_owned())
        .collect()
}

/// The headings as GitHub writes them in addresses.
fn headings(page: &str) -> impl Iterator<Item = String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings.map(|heading| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|kept| kept.is_alphanumeric() || "- _".contains(*kept));
        kept.map(|kept| if kept == ' ' { '-' } else { kept })
            .collect()
    })
}
