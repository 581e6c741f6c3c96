//! Mutated input for every reader of what others write: `fuzz TARGET SECONDS [SEED]`, or `fuzz list`.
//!
//! A target is a format of scan-import or `document`, the reader of evidence documents. It begins with the fixtures of that
//! format and keeps each mutation that is answered in words that were not seen before, so that it gets deeper as it goes. A
//! panic, an answer that takes more than a second of the processor, more than 200 MB or an exit code that no tool has is a
//! failure; its input is kept below `target/fuzz`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod corpus;
mod mutation;
mod target;
mod watch;

use std::collections::HashSet;
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use pipeline_tests::root;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rustix::time::{ClockId, clock_gettime};

use crate::corpus::Corpus;
use crate::target::{Answer, Target};
use crate::watch::Watch;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const LONGEST: Duration = Duration::from_secs(1);
const MOST_MEGABYTES: f64 = 200.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => {
            for name in target::names() {
                println!("{name}");
            }
            ExitCode::SUCCESS
        }
        [name, seconds, seed @ ..] if seed.len() < 2 => {
            let seed = seed.first().map_or(Ok(1), |seed| seed.parse());
            match (Target::named(name), seconds.parse(), seed) {
                (Some(target), Ok(seconds), Ok(seed)) => {
                    fuzz(&target, Duration::from_secs(seconds), seed)
                }
                _ => usage(),
            }
        }
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("expected: fuzz TARGET SECONDS [SEED], or fuzz list");
    ExitCode::from(2)
}

fn fuzz(target: &Target, time: Duration, seed: u64) -> ExitCode {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut corpus = Corpus::of(target);
    let failures = root().join("target/fuzz").join(target.name());
    let watch = Watch::start(failures.clone());
    let (mut said, mut tally) = (HashSet::new(), Tally::default());
    let begun = Instant::now();
    // What the fixtures themselves are answered is nothing new.
    for seed in corpus.seeds() {
        said.insert(target.answer(seed).said());
    }
    while begun.elapsed() < time {
        let input = corpus.mutated(&mut random);
        let (answer, took, megabytes) = measured(target, &input, &watch);
        tally.count(took, megabytes);
        let wrong = wrong(&answer, took, megabytes);
        if let Some(wrong) = wrong {
            let path = kept(&failures, &input, random.random());
            eprintln!("{}: {wrong}: {}", target.name(), path.display());
            tally.failures += 1;
        }
        if said.insert(answer.said()) {
            corpus.keep(input);
        }
    }
    println!(
        "{}: {} inputs in {:.0} s, {} kinds of answers, slowest {:.0} ms, most memory {:.0} MB, {} failures",
        target.name(),
        tally.inputs,
        begun.elapsed().as_secs_f64(),
        said.len(),
        tally.slowest.as_secs_f64() * 1e3,
        tally.most_megabytes,
        tally.failures
    );
    if tally.failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[derive(Default)]
struct Tally {
    inputs: u64,
    failures: u64,
    slowest: Duration,
    most_megabytes: f64,
}

impl Tally {
    fn count(&mut self, took: Duration, megabytes: f64) {
        self.inputs += 1;
        self.slowest = self.slowest.max(took);
        self.most_megabytes = self.most_megabytes.max(megabytes);
    }
}

/// Of this thread: on a busy machine the wall clock tells of others.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The answer to an input, how long it took of the processor, and the memory that it took beside the input, in MB.
fn measured(target: &Target, input: &[u8], watch: &Watch) -> (Answer, Duration, f64) {
    watch.begin(input);
    let before = ALLOCATED.current_usage_as_mb();
    ALLOCATED.reset_peak_usage();
    let begun = processor_time();
    let answer = target.answer(input);
    let took = processor_time().saturating_sub(begun);
    let megabytes = ALLOCATED.peak_usage_as_mb() - before;
    watch.end();
    (answer, took, f64::from(megabytes))
}

fn wrong(answer: &Answer, took: Duration, megabytes: f64) -> Option<String> {
    if let Some(wrong) = answer.wrong() {
        return Some(wrong);
    }
    if took > LONGEST {
        return Some(format!("an answer after {} ms", took.as_millis()));
    }
    (megabytes > MOST_MEGABYTES).then(|| format!("{megabytes:.0} MB"))
}

fn kept(folder: &PathBuf, input: &[u8], number: u64) -> PathBuf {
    let path = folder.join(format!("{number:016x}"));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, input));
    if let Err(error) = written {
        eprintln!("{}: cannot be written: {error}", path.display());
    }
    path
}
