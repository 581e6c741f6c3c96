/// The part of a phase that falls to one worker.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Its place among the workers.
    pub index: usize,
    /// How many workers there are.
    pub workers: usize,
    /// The connections of all workers.
    pub connections: u64,
    /// Its own.
    pub own_connections: u64,
}

impl Part {
    /// The part of worker `index` of `workers`.
    pub fn new(connections: u64, index: usize, workers: usize) -> Part {
        Part {
            index,
            workers,
            connections,
            own_connections: share(connections, index, workers),
        }
    }

    /// Its requests of `total`, or places for those that wait, in proportion to connections: each has about as many.
    pub fn of_requests(self, total: u64) -> u64 {
        let before: u64 = (0..self.index)
            .map(|earlier| share(self.connections, earlier, self.workers))
            .sum();
        let portion = |connections: u64| {
            u128::from(total) * u128::from(connections) / u128::from(self.connections.max(1))
        };
        let own = portion(before + self.own_connections) - portion(before);
        u64::try_from(own).unwrap_or(total)
    }

    /// Its part of a rate, in proportion to connections.
    pub fn of_rate(self, rate: f64) -> f64 {
        rate * self.own_connections as f64 / self.connections.max(1) as f64
    }

    /// Whether request `number` of all workers' is one of its own, where they go round the connections.
    pub fn has(self, number: u64) -> bool {
        (number % self.connections.max(1)) % self.workers as u64 == self.index as u64
    }
}

fn share(total: u64, index: usize, of: usize) -> u64 {
    let (index, of) = (index as u64, of as u64);
    total / of + u64::from(index < total % of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(total in 0_u64..10_000, connections in 1_u64..100, workers in 1_usize..64) {
            let parts: Vec<Part> = (0..workers).map(|index| Part::new(connections, index, workers)).collect();
            prop_assert_eq!(parts.iter().map(|part| part.own_connections).sum::<u64>(), connections);
            prop_assert_eq!(parts.iter().map(|part| part.of_requests(total)).sum::<u64>(), total);
            prop_assert!((parts.iter().map(|part| part.of_rate(5.0)).sum::<f64>() - 5.0).abs() < 1e-9);
            prop_assert!(parts.iter().all(|part| part.own_connections > 0 || part.of_requests(total) == 0));
            prop_assert_eq!(parts.iter().filter(|part| part.has(total)).count(), 1);
        }
    }
}
