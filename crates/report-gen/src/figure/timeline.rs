use schema::Measured;
use schema::evidence::TimelineEntry;

/// The entries of all repetitions on one axis of time, one repetition after another.
pub(super) struct Timeline<'a> {
    pub(super) repetitions: Vec<Stretch<'a>>,
    /// Where the last one ends, in seconds.
    pub(super) end_s: f64,
}

/// One repetition.
pub(super) struct Stretch<'a> {
    /// From 1, as people count.
    pub(super) number: u64,
    /// Where it begins on the common axis, in seconds.
    pub(super) start_s: f64,
    pub(super) entries: Vec<Entry<'a>>,
}

/// One entry and where it stands on the common axis, in seconds.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    pub(super) told: &'a TimelineEntry,
}

impl Entry<'_> {
    fn length_s(&self) -> f64 {
        self.to_s - self.from_s
    }

    pub(super) fn middle_s(&self) -> f64 {
        self.from_s + self.length_s() / 2.0
    }
}

impl<'a> Timeline<'a> {
    pub(super) fn of(entries: &'a [TimelineEntry]) -> Timeline<'a> {
        let mut timeline = Timeline {
            repetitions: Vec::new(),
            end_s: 0.0,
        };
        for repetition in entries.chunk_by(|one, other| one.repetition == other.repetition) {
            let start_s = timeline.end_s;
            let entries: Vec<Entry<'a>> = repetition
                .iter()
                .map(|told| {
                    let from_s = start_s + told.second as f64;
                    Entry {
                        from_s,
                        // Without a length: what ended after the phase.
                        to_s: from_s + told.duration_s.map_or(0.0, Measured::get),
                        told,
                    }
                })
                .collect();
            timeline.end_s = entries
                .iter()
                .map(|entry| entry.to_s)
                .fold(start_s, f64::max);
            timeline.repetitions.push(Stretch {
                number: repetition
                    .first()
                    .map_or(1, |first| first.repetition.saturating_add(1)),
                start_s,
                entries,
            });
        }
        timeline
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.repetitions.iter().flat_map(|stretch| &stretch.entries)
    }

    /// A line a repetition through what `value` tells, at the middle of each entry. The few requests that end in what is left
    /// of a phase are no point of it: it is less than half as long as the longest entry.
    pub(super) fn strands(
        &self,
        value: fn(&TimelineEntry) -> Option<Measured>,
    ) -> impl Iterator<Item = impl Iterator<Item = (f64, f64)>> {
        let lengths = self.entries().map(Entry::length_s);
        let least_s = lengths.fold(0.0, f64::max) / 2.0;
        self.repetitions.iter().map(move |stretch| {
            let told: Vec<(&Entry<'_>, f64)> = stretch
                .entries
                .iter()
                .filter(|entry| entry.length_s() >= least_s)
                .filter_map(|entry| Some((entry, value(entry.told)?.get())))
                .collect();
            // A single point would be no line.
            let points = match told.as_slice() {
                [(entry, value)] => vec![(entry.from_s, *value), (entry.to_s, *value)],
                several => several
                    .iter()
                    .map(|(entry, value)| (entry.middle_s(), *value))
                    .collect(),
            };
            points.into_iter()
        })
    }

    /// Every value of these lines.
    pub(super) fn values(
        &self,
        value: fn(&TimelineEntry) -> Option<Measured>,
    ) -> impl Iterator<Item = f64> {
        self.strands(value).flatten().map(|(_, value)| value)
    }
}
