use schema::evidence::{Check, CheckValue, GateGroup, GateLevel, Interval, Operator};

/// A gate with what the evidence says to it, before it is judged.
pub(crate) struct Question {
    pub(crate) group: GateGroup,
    /// What waivers and reports call it.
    pub(crate) name: String,
    /// The place in the document, for people.
    pub(crate) metric: String,
    /// The section of the document that the value stands in.
    pub(crate) section: String,
    pub(crate) unit: String,
    pub(crate) operator: Operator,
    pub(crate) limit: CheckValue,
    pub(crate) value: Option<CheckValue>,
    pub(crate) ci95: Option<Interval>,
    pub(crate) level: GateLevel,
    pub(crate) note: Option<String>,
    /// Why what was found answers nothing: it fails, and nobody may allow it to be missing.
    pub(crate) unfit: Option<String>,
}

impl Question {
    /// The answer of the value alone: no waiver, no level.
    pub(crate) fn answer(self, missing_allowed: bool) -> Check {
        let check = Check::judge(
            &self.metric,
            &self.unit,
            self.value,
            self.operator,
            self.limit,
            missing_allowed && self.unfit.is_none(),
        );
        let check = match self.ci95 {
            Some(ci95) => check.within(ci95),
            None => check,
        };
        Check {
            name: self.name,
            note: self.unfit.or(self.note).or(check.note),
            ..check
        }
    }
}
