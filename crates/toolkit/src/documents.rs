//! How evidence documents come into a filter and leave it.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use schema::evidence::{Evidence, InputFile, Provenance, Warning};
use schema::{Document, SchemaError, Section};

use crate::files::{self, ReadFile};
use crate::{Exit, Interrupt, Streams, Tool, ToolkitError, clock};

const PATIENCE_WITH_STDIN: Duration = Duration::from_secs(2);

/// A document as it came in, typed and as text. The default is one that is begun.
#[derive(Debug, Default)]
pub struct Incoming {
    /// As text: what is passed on.
    pub document: Document,
    /// As types: what is judged.
    pub evidence: Evidence,
    /// The files that it came from; empty for stdin.
    pub inputs: Vec<InputFile>,
    /// The commit that sections written now speak of; at first that of the run in the document, which a tool that brings
    /// evidence from elsewhere replaces.
    pub commit: Option<String>,
}

/// Reads the documents of the named files, or of stdin if there are none, merged into one.
///
/// `option` is what names a file, for the message to a person at a terminal. Every known section is typed
/// here, so that no tool passes on what another could not read.
pub fn read(
    paths: &[String],
    option: &'static str,
    streams: &mut Streams<'_>,
) -> Result<Incoming, ToolkitError> {
    read_translated(paths, option, streams, |_| Ok(None))
}

/// As [`read`], where a file may be written in another tool's format: `translate` says what it is as a document, or that it
/// is in no format of another tool.
pub fn read_translated<Failure: From<ToolkitError>>(
    paths: &[String],
    option: &'static str,
    streams: &mut Streams<'_>,
    mut translate: impl FnMut(&ReadFile) -> Result<Option<Document>, Failure>,
) -> Result<Incoming, Failure> {
    let _whole_pipe_is_interrupted_by_its_first_tool = Interrupt::defer()?;
    let stdin = ["-".to_owned()];
    if paths.is_empty() && streams.stdin_is_terminal {
        return Err(ToolkitError::NoInput { option }.into());
    }
    let paths = if paths.is_empty() { &stdin } else { paths };
    let mut files = Vec::new();
    for path in paths {
        let file = files::read(path, streams)?;
        let documents = match translate(&file)? {
            Some(document) => vec![typed(&file, document)?],
            None => documents_of(&file)?,
        };
        files.push((file, documents));
    }
    Ok(merged(files)?)
}

fn merged(files: Vec<(ReadFile, Vec<Typed>)>) -> Result<Incoming, ToolkitError> {
    let mut whole: Option<(String, Typed)> = None;
    let mut several = false;
    let mut inputs = Vec::new();
    for (file, documents) in files {
        if !file.is_stdin {
            inputs.push(file.input());
        }
        for (index, (document, evidence)) in documents.into_iter().enumerate() {
            let name = if index == 0 {
                file.name.clone()
            } else {
                format!("document {} of {}", index + 1, file.name)
            };
            match &mut whole {
                Some((first, (merged, _))) => {
                    merged.merge(document, (first, &name))?;
                    several = true;
                }
                None => whole = Some((name, (document, evidence))),
            }
        }
    }
    let (name, (document, of_first)) = whole.unwrap_or_default();
    let evidence = if several {
        let refuse = |source| ToolkitError::Document { path: name, source };
        document.evidence().map_err(refuse)?
    } else {
        of_first
    };
    let commit = evidence
        .run
        .as_ref()
        .and_then(|run| run.source.as_ref())
        .and_then(|source| source.commit.clone());
    Ok(Incoming {
        document,
        evidence,
        inputs,
        commit,
    })
}

/// For a tool that can begin a document: the one that is piped in, if there is one.
pub fn read_begun(streams: &mut Streams<'_>) -> Result<Option<Incoming>, ToolkitError> {
    if streams.stdin_is_terminal {
        return Ok(None);
    }
    let reading = tell_who_waits();
    let stdin = files::read("-", streams)?;
    drop(reading);
    if stdin.content.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let documents = documents_of(&stdin)?;
    merged(vec![(stdin, documents)]).map(Some)
}

/// A pipe that somebody forgot to close looks like a tool that hangs: after a while stderr says what is waited
/// for, unless what is returned has been dropped by then.
fn tell_who_waits() -> Sender<()> {
    let (reading, read) = mpsc::channel();
    thread::spawn(move || {
        if read.recv_timeout(PATIENCE_WITH_STDIN) == Err(RecvTimeoutError::Timeout) {
            let words =
                "waiting for the end of a document on stdin; where there is none, say </dev/null";
            // Nobody reads stderr: then nobody wonders.
            let _ = writeln!(io::stderr(), "{words}");
        }
    });
    reading
}

/// Refuses `-` as the value of `option` where the documents come from stdin.
pub fn refuse_stdin_twice(
    paths: &[String],
    option: &'static str,
    value: &str,
) -> Result<(), ToolkitError> {
    let documents_come_from_stdin = paths.is_empty() || paths.iter().any(|path| path == "-");
    if value == "-" && documents_come_from_stdin {
        Err(ToolkitError::StdinTwice { option })
    } else {
        Ok(())
    }
}

/// A document as text and as types.
type Typed = (Document, Evidence);

fn documents_of(file: &ReadFile) -> Result<Vec<Typed>, ToolkitError> {
    let documents = Document::parse_all(&file.content);
    documents
        .map_err(|source| refused(file, source))?
        .into_iter()
        .map(|document| typed(file, document))
        .collect()
}

fn typed(file: &ReadFile, document: Document) -> Result<Typed, ToolkitError> {
    let evidence = document
        .evidence()
        .map_err(|source| refused(file, source))?;
    Ok((document, evidence))
}

fn refused(file: &ReadFile, source: SchemaError) -> ToolkitError {
    ToolkitError::Document {
        path: file.name.clone(),
        source,
    }
}

impl Incoming {
    /// Writes a section, in the place of an earlier one, with its provenance: `inputs` are the files that it was made from
    /// beside the document.
    pub fn add<S: Section>(
        &mut self,
        tool: &Tool,
        section: &S,
        inputs: Vec<InputFile>,
    ) -> Result<(), ToolkitError> {
        self.document.forget_provenance(S::NAME)?;
        self.extend(tool, section, inputs)
    }

    /// As [`Incoming::add`], of a section that holds the earlier one, whose provenance is part of its own.
    pub fn extend<S: Section>(
        &mut self,
        tool: &Tool,
        section: &S,
        inputs: Vec<InputFile>,
    ) -> Result<(), ToolkitError> {
        self.document.set(section)?;
        self.document.add_provenance(&Provenance {
            section: S::NAME.to_owned(),
            tool: tool.name.to_owned(),
            version: tool.version.to_owned(),
            time: clock::now(),
            commit: self.commit.clone(),
            inputs: self.inputs.iter().cloned().chain(inputs).collect(),
        })?;
        Ok(())
    }

    /// Adds a warning to the document and says it on stderr.
    pub fn warn(
        &mut self,
        warning: &Warning,
        streams: &mut Streams<'_>,
    ) -> Result<(), ToolkitError> {
        streams.warn(warning);
        self.document.add_warning(warning)?;
        Ok(())
    }

    /// Writes the document on, to stdout or `output`, with `overall_success` recomputed. The exit is that of
    /// the whole document's verdict: the last command of a pipe tells it.
    pub fn pass_on(
        mut self,
        output: Option<&str>,
        streams: &mut Streams<'_>,
    ) -> Result<Exit, ToolkitError> {
        let verdict = self.document.judge()?;
        files::write(
            output.unwrap_or("-"),
            self.document.to_string().as_bytes(),
            streams,
        )?;
        Ok(Exit::of_verdict(verdict))
    }
}
