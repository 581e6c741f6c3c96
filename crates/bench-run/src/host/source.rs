use std::io::{self, Read};
use std::process::{Child, Command, Stdio};

use schema::evidence::Source;

/// One process tells all three. It takes no lock, so whatever the person does in the checkout meanwhile is not refused.
const GIT_STATUS: [&str; 6] = [
    "--no-optional-locks",
    "status",
    "--porcelain=v2",
    "--branch",
    "--no-ahead-behind",
    "--untracked-files=no",
];

/// The question which commit is checked out here, put to git, which answers while the run is prepared. Where the run
/// ends before that, git is ended with it.
pub struct SourceQuery {
    git: Option<Child>,
    source: Option<Source>,
}

impl SourceQuery {
    /// Starts git.
    pub fn start() -> SourceQuery {
        let git = Command::new("git")
            .args(GIT_STATUS)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        SourceQuery {
            git: git.ok(),
            source: None,
        }
    }

    /// The commit as the run began; `None` outside a checkout, before its first commit or without git. git has ended when
    /// this returns, and is not asked again.
    pub fn finish(&mut self) -> Option<&Source> {
        if let Some(git) = self.git.take() {
            self.source = answer(git);
        }
        self.source.as_ref()
    }
}

impl Drop for SourceQuery {
    fn drop(&mut self) {
        if let Some(git) = &mut self.git {
            // It may have ended by itself.
            let _ = git.kill();
            let _ = git.wait();
        }
    }
}

fn answer(mut git: Child) -> Option<Source> {
    let status = read_all(&mut git);
    let succeeded = git.wait().is_ok_and(|exit| exit.success());
    source_in(&status.ok().filter(|_| succeeded)?)
}

fn read_all(git: &mut Child) -> io::Result<String> {
    let mut text = String::new();
    if let Some(stdout) = &mut git.stdout {
        stdout.read_to_string(&mut text)?;
    }
    Ok(text)
}

/// What `git status --porcelain=v2 --branch` says: headers, which begin with `#`, and a line for each change.
fn source_in(status: &str) -> Option<Source> {
    let header = |name: &str| {
        let of_name = |line: &'_ str| {
            Some(
                line.strip_prefix("# branch.")?
                    .strip_prefix(name)?
                    .trim()
                    .to_owned(),
            )
        };
        status.lines().find_map(of_name)
    };
    Some(Source {
        commit: Some(header("oid ").filter(|commit| commit != "(initial)")?),
        branch: header("head ").filter(|branch| branch != "(detached)"),
        dirty: Some(status.lines().any(|line| !line.starts_with('#'))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_has_a_commit_a_name_and_perhaps_changes() {
        let clean =
            "# branch.oid c0ffee\n# branch.head feature/tea\n# branch.upstream origin/tea\n";
        let expected = Source {
            commit: Some("c0ffee".to_owned()),
            branch: Some("feature/tea".to_owned()),
            dirty: Some(false),
        };
        assert_eq!(source_in(clean), Some(expected.clone()));
        let changed = format!("{clean}1 .M N... 100644 100644 100644 1f26 1f26 crates/tea.rs\n");
        let expected = Source {
            dirty: Some(true),
            ..expected
        };
        assert_eq!(source_in(&changed), Some(expected));
    }

    #[test]
    fn a_commit_without_a_branch_has_no_name() {
        let source = source_in("# branch.oid c0ffee\n# branch.head (detached)\n").unwrap();
        assert_eq!(source.commit.as_deref(), Some("c0ffee"));
        assert_eq!(source.branch, None);
    }

    #[test]
    fn git_is_not_left_behind_where_nobody_waits_for_its_answer() {
        let query = SourceQuery::start();
        let git = query.git.as_ref().unwrap().id();
        let process = std::path::PathBuf::from(format!("/proc/{git}"));
        assert!(process.exists());
        drop(query);
        assert!(!process.exists());
    }

    #[test]
    fn before_the_first_commit_there_is_nothing_to_speak_of() {
        assert_eq!(
            source_in("# branch.oid (initial)\n# branch.head main\n"),
            None
        );
        assert_eq!(source_in(""), None);
    }
}
