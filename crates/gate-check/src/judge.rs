use std::collections::HashSet;

use jiff::civil::Date;
use schema::Document;
use schema::configuration::GatesFile;
use schema::evidence::{Check, Evidence, GateCheck, GateGroup, GateLevel, Gates};
use toolkit::AllowedMissing;

use crate::checks::{plain, with_note};
use crate::contradictions;
use crate::custom;
use crate::error::Error;
use crate::gates::GATES;
use crate::groups::Only;
use crate::hints::hint;
use crate::provenance::{Demands, Parts};
use crate::question::Question;
use crate::sections::writer;
use crate::waivers;

/// What decides beside the file and the evidence.
pub(crate) struct Conditions<'a> {
    pub(crate) only: &'a Only,
    pub(crate) allowed: &'a AllowedMissing,
    pub(crate) demands: &'a Demands<'a>,
    pub(crate) fail_on_warn: bool,
    pub(crate) today: Date,
}

/// Every gate of the file in the groups asked for, and what an earlier stage was told of the others. A run that was broken off
/// fails whichever they are.
pub(crate) fn judge(
    document: &Document,
    evidence: &Evidence,
    file: &GatesFile,
    conditions: &Conditions<'_>,
) -> Result<Gates, Error> {
    contradictions::refuse(evidence)?;
    let included = |group| conditions.only.includes(group);
    let mut questions = Vec::new();
    for gate in GATES.iter().filter(|gate| included(gate.group)) {
        questions.extend(gate.ask(file, evidence)?);
    }
    if included(GateGroup::Custom) {
        for gate in &file.custom_gates {
            questions.push(custom::ask(gate, document)?);
        }
    }
    let of_gates: Vec<String> = questions
        .iter()
        .map(|question| question.section.clone())
        .collect();

    let interrupted = Check::interrupted(evidence.run.as_ref());
    let mut checks: Vec<GateCheck> = interrupted
        .map(|check| plain(GateGroup::Performance, check))
        .into_iter()
        .collect();
    for question in questions {
        let present = document.has(&question.section);
        checks.push(answer(question, present, file, conditions));
    }
    let parts = if conditions.only.is_provenance_alone() {
        Parts::all(sections_of(file))
    } else {
        Parts::present(of_gates, document)
    };
    checks.extend(conditions.demands.checks(&parts, evidence));
    Ok(whole(checks, evidence.gates.as_ref()))
}

/// The answers with those of an earlier stage that were not asked again: what failed there has failed.
fn whole(mut checks: Vec<GateCheck>, earlier: Option<&Gates>) -> Gates {
    let names: HashSet<String> = checks.iter().map(|gate| gate.check.name.clone()).collect();
    let earlier = earlier.into_iter().flat_map(|gates| &gates.checks);
    checks.extend(
        earlier
            .filter(|gate| !names.contains(&gate.check.name))
            .cloned(),
    );
    Gates {
        passed: !checks.is_empty() && checks.iter().all(|gate| gate.check.passed),
        checks,
    }
}

/// The sections that the gates of a file are judged on.
fn sections_of(file: &GatesFile) -> Vec<String> {
    let own = GATES.iter().filter(|gate| gate.is_in(file));
    let custom = file.custom_gates.iter();
    own.map(|gate| gate.section().to_owned())
        .chain(custom.map(|gate| custom::section_of(&gate.pointer)))
        .collect()
}

fn answer(
    question: Question,
    section_is_present: bool,
    file: &GatesFile,
    conditions: &Conditions<'_>,
) -> GateCheck {
    let (group, level, name) = (question.group, question.level, question.name.clone());
    let writer = writer(&question.section).filter(|_| !section_is_present);
    let allowed = conditions.allowed.covers(&name)
        || conditions.allowed.covers(&question.metric)
        || conditions.allowed.covers(group.name());
    let check = question.answer(allowed);
    let check = match writer {
        Some(writer) if !check.passed => with_note(check, &format!("{writer} writes this section")),
        _ => check,
    };
    let hint = hint(&check);
    let gate = waivers::apply(
        GateCheck {
            level,
            hint,
            ..plain(group, check)
        },
        file,
        conditions.today,
    );
    if gate.check.passed || level == GateLevel::Error || conditions.fail_on_warn {
        return gate;
    }
    let check = Check {
        passed: true,
        ..with_note(gate.check, "a warning only")
    };
    GateCheck { check, ..gate }
}
