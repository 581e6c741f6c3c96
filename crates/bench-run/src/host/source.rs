use std::process::{Command, Stdio};

use schema::evidence::Source;

/// The commit that is checked out here, as git says; `None` outside a checkout or without git.
pub fn describe_source() -> Option<Source> {
    let commit = git(&["rev-parse", "HEAD"])?;
    Some(Source {
        commit: Some(commit),
        branch: git(&["symbolic-ref", "--quiet", "--short", "HEAD"]),
        dirty: git(&["status", "--porcelain", "--untracked-files=no"])
            .map(|changes| !changes.is_empty()),
    })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
