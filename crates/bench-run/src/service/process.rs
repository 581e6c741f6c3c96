use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use rustix::process::{
    Pid, Signal, getpid, getppid, kill_process_group, set_parent_process_death_signal,
};
use rustix::thread::{CpuSet, sched_setaffinity};
use schema::configuration::{Ready, Serve};
use toolkit::{Interrupt, http};

use super::{announcement, in_words};
use crate::drive::{Endpoint, Security, fetch};
use crate::error::BenchError;
use crate::plan::Target;

const DEFAULT_READY_TIMEOUT: Duration = Duration::from_secs(30);
const PAGE_TIMEOUT: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Addresses of strangers that an error names: a log may be full of them.
const MOST_PASSED_OVER: usize = 5;
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
const LOOK_WHILE_STOPPING: Duration = Duration::from_millis(2);

/// A process that was started to be the service. It is stopped when this is dropped, with everything that it
/// started; should this process be killed, the kernel stops it.
#[derive(Debug)]
pub struct Served {
    child: Child,
}

impl Served {
    /// Starts the command and waits until it serves. Returns its address as well.
    pub fn start(
        serve: &Serve,
        folder: &Path,
        cores: &[usize],
        security: &Security,
        interrupt: &Interrupt,
    ) -> Result<(Served, String), BenchError> {
        let refuse = |reason: String| BenchError::Serve {
            command: in_words(&serve.command),
            reason,
        };
        if let Some(Ready::Poll(url)) = &serve.ready
            && polled_address(url, security)?.is_ok()
        {
            let url = http::without_user(url);
            return Err(refuse(format!(
                "{url} answers already: what answers there is not what is to be started"
            )));
        }
        if let Some(directory) = serve
            .working_directory
            .as_ref()
            .map(|directory| folder.join(directory))
            && !directory.is_dir()
        {
            return Err(refuse(format!(
                "working_directory: {}: no such folder",
                directory.display()
            )));
        }
        let mut command = command(serve, folder, cores)
            .map_err(|error| refuse(format!("cannot be started: {error}")))?;
        let mut child = command
            .spawn()
            .map_err(|error| refuse(format!("cannot be started: {error}")))?;
        let addresses = child.stdout.take().map(announcement::addresses_on);
        let mut served = Served { child };
        let timeout = serve
            .ready_timeout_ms
            .map_or(DEFAULT_READY_TIMEOUT, Duration::from_millis);
        let deadline = Instant::now() + timeout;
        // What came in place of what was waited for.
        let mut heard: Vec<String> = Vec::new();
        while Instant::now() < deadline && !interrupt.asked() {
            let answer = match &serve.ready {
                None | Some(Ready::StdoutUrl) => {
                    let said = said_address(addresses.as_ref());
                    match said.as_deref().and_then(announcement::refusal) {
                        None => said,
                        Some(reason) => {
                            if !heard.contains(&reason) && heard.len() < MOST_PASSED_OVER {
                                heard.push(reason);
                            }
                            None
                        }
                    }
                }
                Some(Ready::Poll(url)) => match polled_address(url, security)? {
                    Ok(address) => Some(address),
                    Err(reason) => {
                        heard = vec![reason];
                        thread::sleep(LOOK_EVERY);
                        None
                    }
                },
            };
            if let Some(ending) = served.ended() {
                return Err(refuse(format!("{ending} before it served")));
            }
            if let Some(url) = answer {
                return Ok((served, url));
            }
        }
        Err(refuse(if interrupt.asked() {
            "interrupted before it served".to_owned()
        } else {
            format!(
                "did not come to serve within {timeout:?}{}",
                ready_hint(serve, &heard)
            )
        }))
    }

    /// Its process id.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did so on its own.
    pub fn ended(&mut self) -> Option<String> {
        self.child
            .try_wait()
            .ok()
            .flatten()
            .map(|status| format!("ended ({status})"))
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        id.map_or(Ok(()), |group| Ok(kill_process_group(group, signal)?))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // A group that is gone already needs no signal.
        let _ = self.signal(Signal::TERM);
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(LOOK_WHILE_STOPPING);
        }
        let _ = self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

fn ready_hint(serve: &Serve, heard: &[String]) -> String {
    let awaited = match &serve.ready {
        None | Some(Ready::StdoutUrl) => "a line with its address on its stdout".to_owned(),
        Some(Ready::Poll(url)) => format!("a 200 from {}", http::without_user(url)),
    };
    let heard: String = heard.iter().map(|one| format!("; {one}")).collect();
    format!(" (waited for {awaited}{heard})")
}

// The one place where code runs between fork and exec.
#[allow(unsafe_code)]
fn command(serve: &Serve, folder: &Path, cores: &[usize]) -> io::Result<Command> {
    let (program, arguments) = serve
        .command
        .split_first()
        .ok_or(io::ErrorKind::InvalidInput)?;
    let mut affinity = CpuSet::new();
    for core in cores.iter().filter(|core| **core < CpuSet::MAX_CPU) {
        affinity.set(*core);
    }
    let mut command =
        Command::new(beside_this_program(program).unwrap_or_else(|| PathBuf::from(program)));
    // A group of its own: Ctrl-C in a terminal goes to ours, and the service must live until we stop it.
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0);
    if let Some(directory) = &serve.working_directory {
        command.current_dir(folder.join(directory));
    }
    let parent = getpid();
    // SAFETY: between fork and exec only three system calls are made, all without allocation or locks. There is
    // no safe way to have the kernel end a child with its parent.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            if getppid() != Some(parent) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(sched_setaffinity(None, &affinity)?)
        });
    }
    Ok(command)
}

fn beside_this_program(program: &str) -> Option<PathBuf> {
    let beside = env::current_exe().ok()?.parent()?.join(program);
    (!program.contains('/') && beside.is_file()).then_some(beside)
}

fn said_address(addresses: Option<&Receiver<String>>) -> Option<String> {
    match addresses?.recv_timeout(LOOK_EVERY) {
        Ok(address) => Some(address),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => {
            // It closed its stdout: wait for its end without spinning.
            thread::sleep(LOOK_EVERY);
            None
        }
    }
}

/// The address of the service whose page this is, if the page answers 200, else what came in place of that.
fn polled_address(url: &str, security: &Security) -> Result<Result<String, String>, BenchError> {
    let (service, path) = Target::of_page(url)?;
    let endpoint = Endpoint::find(&service, security)?;
    Ok(match fetch(&service, &endpoint, &path, PAGE_TIMEOUT) {
        Ok(answer) if answer.status == 200 => Ok(service.url),
        Ok(answer) => Err(format!("status {}", answer.status)),
        Err(error) => Err(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixListener;
    use tempfile::TempDir;

    #[test]
    fn a_service_serves_when_its_page_answers_200_and_what_it_said_before_is_known() {
        let folder = TempDir::new().unwrap();
        let socket = folder.path().join("app.sock");
        let page = format!("unix:{}:/ready?deep=1", socket.display());
        let look = || polled_address(&page, &Security::default()).unwrap();
        assert!(look().unwrap_err().contains("No such file"));
        let listener = UnixListener::bind(&socket).unwrap();
        thread::spawn(move || {
            for (stream, status) in listener.incoming().zip([503, 200]) {
                let mut stream = BufReader::new(stream.unwrap());
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                assert_eq!(line, "GET /ready?deep=1 HTTP/1.1\r\n");
                let answer = format!("HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n");
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        assert_eq!(look(), Err("status 503".to_owned()));
        assert_eq!(look(), Ok(format!("unix:{}", socket.display())));
    }
}
