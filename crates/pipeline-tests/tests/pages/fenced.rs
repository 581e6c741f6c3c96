//! The fenced blocks of a page, each of a kind that says what becomes of it.

/// What stands in a fenced block.
#[derive(Debug, PartialEq)]
pub enum Block<'a> {
    /// `sh`: commands, each of which works by itself.
    Commands(Vec<Command<'a>>),
    /// `yaml`: a file, named by the comment in its first line.
    File { name: &'a str, content: &'a str },
    /// `text`: lines that a command above has said.
    Said(Vec<&'a str>),
    /// `console`: commands that need programs or a cluster which a test has not.
    Elsewhere,
}

/// A command with its lines that end in `\`, and the exit code that the page states.
#[derive(Debug, PartialEq)]
pub struct Command<'a> {
    pub text: &'a str,
    pub exit: i32,
}

/// The blocks of a page in their order, or the number of the line that cannot be taken, with the reason.
pub fn blocks(page: &str) -> Result<Vec<Block<'_>>, String> {
    let mut blocks = Vec::new();
    let mut lines = Lines::of(page);
    while let Some(line) = lines.next() {
        let fence = line.trim_start();
        if fence.starts_with("~~~") || (fence.starts_with("```") && fence.len() < line.len()) {
            return Err(format!(
                "{}: a fence is ``` at the start of a line",
                lines.number
            ));
        }
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let opened = lines.number;
        let start = lines.position;
        let mut end = start;
        loop {
            match lines.next() {
                Some("```") => break,
                Some(_) => end = lines.position,
                None => return Err(format!("{opened}: the block has no end")),
            }
        }
        let content = &page[start..end];
        let block = block(kind, content).map_err(|reason| format!("{opened}: {reason}"))?;
        blocks.push(block);
    }
    Ok(blocks)
}

fn block<'a>(kind: &str, content: &'a str) -> Result<Block<'a>, String> {
    match kind {
        "sh" => commands(content).map(Block::Commands),
        "yaml" => {
            let name = content
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("# "));
            let name = name.filter(|name| name.ends_with(".yaml") && !name.contains(['/', ' ']));
            let name = name.ok_or("a yaml block begins with its file, as in `# gates.yaml`")?;
            Ok(Block::File { name, content })
        }
        "text" => Ok(Block::Said(content.lines().collect())),
        "console" => Ok(Block::Elsewhere),
        _ => Err(format!(
            "`{kind}` is no kind of block: expected sh, yaml, text or console"
        )),
    }
}

fn commands(content: &str) -> Result<Vec<Command<'_>>, String> {
    let mut commands = Vec::new();
    let mut lines = Lines::of(content);
    let mut start = 0;
    while let Some(line) = lines.next() {
        if line.ends_with('\\') {
            continue;
        }
        let text = content[start..lines.position].trim();
        start = lines.position;
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let exit = match line.split_once("# exits ") {
            None => 0,
            Some((_, stated)) => {
                let code = stated
                    .split([' ', ','])
                    .next()
                    .and_then(|code| code.parse().ok());
                code.ok_or_else(|| format!("`{stated}` is no exit code"))?
            }
        };
        commands.push(Command { text, exit });
    }
    match content[start..].trim() {
        "" if commands.is_empty() => Err("no command".to_owned()),
        "" => Ok(commands),
        open => Err(format!("`{open}` has no end")),
    }
}

/// Lines with where they stand.
struct Lines<'a> {
    text: &'a str,
    /// Where the next line begins.
    position: usize,
    /// Of the line that came last, from 1.
    number: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Lines<'a> {
        Lines {
            text,
            position: 0,
            number: 0,
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        let line = self.text[self.position..].split_inclusive('\n').next()?;
        self.position += line.len();
        self.number += 1;
        Some(line.trim_end_matches('\n'))
    }
}

#[test]
fn a_page_has_commands_files_what_was_said_and_what_is_for_elsewhere() {
    let page = "Words.\n\n```sh\n# a comment\nfirst \\\n  | second > out   # exits 1\n\nthird\n```\n\
        ```yaml\n# a.yaml\nkey: 1\n```\n```text\nsaid\n```\n```console\nkubectl get pods\n```\n";
    let first = Command {
        text: "first \\\n  | second > out   # exits 1",
        exit: 1,
    };
    let third = Command {
        text: "third",
        exit: 0,
    };
    assert_eq!(
        blocks(page).unwrap(),
        [
            Block::Commands(vec![first, third]),
            Block::File {
                name: "a.yaml",
                content: "# a.yaml\nkey: 1\n"
            },
            Block::Said(vec!["said"]),
            Block::Elsewhere,
        ]
    );
}

#[test]
fn no_block_escapes() {
    for (page, reason) in [
        (
            "\n```bash\nls\n```\n",
            "2: `bash` is no kind of block: expected sh, yaml, text or console",
        ),
        (
            "```\nls\n```\n",
            "1: `` is no kind of block: expected sh, yaml, text or console",
        ),
        (
            "~~~sh\nls\n~~~\n",
            "1: a fence is ``` at the start of a line",
        ),
        (
            "- a list:\n  ```sh\n  ls\n  ```\n",
            "2: a fence is ``` at the start of a line",
        ),
        ("```sh\nls\n", "1: the block has no end"),
        ("```sh\n# only words\n```\n", "1: no command"),
        ("```sh\nls \\\n```\n", "1: `ls \\` has no end"),
        (
            "```sh\nls   # exits soon\n```\n",
            "1: `soon` is no exit code",
        ),
        (
            "```yaml\nkey: 1\n```\n",
            "1: a yaml block begins with its file, as in `# gates.yaml`",
        ),
    ] {
        assert_eq!(blocks(page), Err(reason.to_owned()));
    }
}
