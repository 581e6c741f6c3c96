use schema::evidence::{Acceptance, Evidence, Latency, Scenario, Throughput};

/// A run as a history keeps it: which run it was and the figures of each scenario, without single repetitions, distributions,
/// timelines and judgements, so that thousands of them are read in a moment.
pub(super) fn of(evidence: &Evidence, acceptance: Option<Acceptance>) -> Evidence {
    Evidence {
        schema_version: evidence.schema_version.clone(),
        run: evidence.run.clone(),
        latency: evidence.latency.as_ref().map(latency),
        throughput: evidence.throughput.clone(),
        memory: evidence.memory.clone(),
        error_rate: evidence.error_rate.clone(),
        scenarios: evidence.scenarios.iter().map(scenario).collect(),
        acceptance,
        ..Evidence::default()
    }
}

fn scenario(scenario: &Scenario) -> Scenario {
    Scenario {
        description: None,
        limits: None,
        latency: scenario.latency.as_ref().map(latency),
        service_time: None,
        throughput: scenario.throughput.as_ref().map(throughput),
        repetitions: Vec::new(),
        timeline: Vec::new(),
        ..scenario.clone()
    }
}

fn latency(latency: &Latency) -> Latency {
    Latency {
        histogram: None,
        effective_samples: None,
        ..latency.clone()
    }
}

fn throughput(throughput: &Throughput) -> Throughput {
    Throughput {
        ci95: None,
        ..throughput.clone()
    }
}
