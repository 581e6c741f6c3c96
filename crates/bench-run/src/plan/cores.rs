use std::io;

use rustix::thread::{CpuSet, sched_getaffinity};
use schema::configuration::Cores;

use crate::error::BenchError;

/// The processors that this process may use, ascending.
pub fn allowed_cores() -> io::Result<Vec<usize>> {
    let allowed = sched_getaffinity(None)?;
    Ok((0..CpuSet::MAX_CPU)
        .filter(|core| allowed.is_set(*core))
        .collect())
}

/// The processors of the workers: those that are configured, or all allowed ones but one that is left for
/// a service on the same machine.
pub fn worker_cores(
    configured: Option<&Cores>,
    allowed: &[usize],
    path: &str,
) -> Result<Vec<usize>, BenchError> {
    let refuse = |found: String| BenchError::Cores {
        path: path.to_owned(),
        found,
        expected: format!(
            "some of the {} processors that this process may use: {allowed:?}",
            allowed.len()
        ),
    };
    match configured {
        None => Ok(allowed[..allowed.len().saturating_sub(1).max(1).min(allowed.len())].to_vec()),
        Some(Cores::Count(count)) => usize::try_from(*count)
            .ok()
            .and_then(|count| allowed.get(..count))
            .map(<[usize]>::to_vec)
            .ok_or_else(|| refuse(count.to_string())),
        Some(Cores::Listed(ids)) => ids
            .iter()
            .map(|id| {
                let core = usize::try_from(*id)
                    .ok()
                    .filter(|core| allowed.contains(core));
                core.ok_or_else(|| refuse(format!("processor {id}")))
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_processor_is_left_for_the_service() {
        assert_eq!(worker_cores(None, &[0, 1, 5], "c").unwrap(), [0, 1]);
        assert_eq!(worker_cores(None, &[3], "c").unwrap(), [3]);
    }

    #[test]
    fn configured_processors_are_taken_as_they_are() {
        assert_eq!(
            worker_cores(Some(&Cores::Count(2)), &[0, 1, 5], "c").unwrap(),
            [0, 1]
        );
        assert_eq!(
            worker_cores(Some(&Cores::Listed(vec![5, 0])), &[0, 1, 5], "c").unwrap(),
            [5, 0]
        );
    }

    #[test]
    fn a_processor_that_cannot_be_had_is_refused() {
        let error = worker_cores(Some(&Cores::Count(4)), &[0, 1], "ci.yaml")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(
                "ci.yaml: benchmark.cores: found 4, expected some of the 2 processors"
            ),
            "{error}"
        );
        assert!(worker_cores(Some(&Cores::Listed(vec![9])), &[0, 1], "c").is_err());
    }
}
