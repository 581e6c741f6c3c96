//! Command lines as people type them. argh does the work; this adds `--key=value`, exit code 2 for a usage
//! error, and the nearest option to a misspelt one.

use argh::FromArgs;

use crate::{Exit, Streams, files, suggest};

/// An end before the work began: help, or a usage error.
#[derive(Debug)]
pub struct EarlyExit {
    /// For stdout if `exit` is [`Exit::Passed`], else for stderr.
    pub text: String,
    /// [`Exit::Passed`] for help, [`Exit::Error`] for a usage error.
    pub exit: Exit,
}

impl EarlyExit {
    /// Says it where it belongs: help to stdout, a usage error to stderr.
    pub fn tell(self, streams: &mut Streams<'_>) -> Exit {
        if self.exit == Exit::Passed {
            return answer(&self.text, streams);
        }
        streams.error(&self.text);
        self.exit
    }
}

/// Ends with `text` on stdout, whose reader may have gone.
pub(crate) fn answer(text: &str, streams: &mut Streams<'_>) -> Exit {
    match files::write("-", text.as_bytes(), streams) {
        Ok(()) => Exit::Passed,
        Err(_) => Exit::Error,
    }
}

/// Reads a command line, without the program's name.
pub fn parse<T: FromArgs>(tool: &str, arguments: &[String]) -> Result<T, EarlyExit> {
    let separate = separate_values(arguments);
    let separate: Vec<&str> = separate.iter().map(String::as_str).collect();
    T::from_args(&[tool], &separate).map_err(|early| match early.status {
        Ok(()) => EarlyExit {
            // argh takes the word `help` for an option of that name, and says so.
            text: early.output.replacen("--help, help", "--help      ", 1),
            exit: Exit::Passed,
        },
        Err(()) => {
            let known = known_options::<T>(tool, &separate);
            EarlyExit {
                text: usage_error(tool, &early.output, &known),
                exit: Exit::Error,
            }
        }
    })
}

/// `--key=value` as the two arguments that argh wants; what follows `--` stays.
fn separate_values(arguments: &[String]) -> Vec<String> {
    let mut separate = Vec::with_capacity(arguments.len());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument
            .strip_prefix("--")
            .and_then(|option| option.split_once('='))
        {
            Some((key, value)) => separate.extend([format!("--{key}"), value.to_owned()]),
            None => separate.push(argument.clone()),
        }
        if argument == "--" {
            separate.extend(rest.by_ref().cloned());
        }
    }
    separate
}

fn usage_error(tool: &str, message: &str, known: &[String]) -> String {
    let message = message.trim_end();
    let hint = match message.strip_prefix("Unrecognized argument: ") {
        Some("-") => ": stdin is where documents come from, without an argument".to_owned(),
        Some(typed) => suggest::hint(typed, known.iter().map(String::as_str)),
        None => String::new(),
    };
    let first = message.replacen("Unrecognized argument: ", "unknown argument ", 1);
    format!("{tool}: error: {first}{hint}\nTry `{tool} --help`.\n")
}

/// Every option that the help of the (sub)command in use names.
fn known_options<T: FromArgs>(tool: &str, arguments: &[&str]) -> Vec<String> {
    let subcommand = arguments
        .first()
        .copied()
        .filter(|first| !first.starts_with('-'));
    let asked: Vec<&str> = subcommand.into_iter().chain(["--help"]).collect();
    let Err(help) = T::from_args(&[tool], &asked) else {
        return Vec::new();
    };
    help.output
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'))
        .filter(|word| word.len() > 2 && word.starts_with("--"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, FromArgs)]
    /// Judges.
    struct Options {
        /// limits
        #[argh(option)]
        thresholds: String,
        /// say less
        #[argh(switch)]
        quiet: bool,
    }

    fn parse_words(words: &[&str]) -> Result<Options, EarlyExit> {
        let arguments: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        parse("judge", &arguments)
    }

    #[test]
    fn a_value_may_follow_an_equals_sign() {
        let options = parse_words(&["--thresholds=a=b.yaml", "--quiet"]).unwrap();
        assert_eq!(
            (options.thresholds.as_str(), options.quiet),
            ("a=b.yaml", true)
        );
    }

    #[test]
    fn help_is_no_error() {
        let help = parse_words(&["--help"]).unwrap_err();
        assert_eq!(help.exit, Exit::Passed);
        assert!(help.text.contains("--thresholds"));
        assert!(
            help.text
                .contains("  --help            display usage information"),
            "{}",
            help.text
        );
    }

    #[test]
    fn a_misspelt_option_is_a_usage_error_that_names_the_nearest_one() {
        let error = parse_words(&["--treshold", "x"]).unwrap_err();
        assert_eq!(error.exit, Exit::Error);
        assert_eq!(
            error.text,
            "judge: error: unknown argument --treshold; did you mean --thresholds?\nTry `judge --help`.\n"
        );
    }

    #[test]
    fn a_missing_option_is_a_usage_error() {
        assert_eq!(parse_words(&[]).unwrap_err().exit, Exit::Error);
    }
}
