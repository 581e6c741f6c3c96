/// How a tool ended, for the pipeline that ran it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: passed.
    Passed,
    /// 1: a verdict says no.
    Failed,
    /// 2: the tool could not do its work.
    Error,
    /// 130: stopped by SIGINT, what there was is written.
    Interrupted,
    /// 143: stopped by SIGTERM, what there was is written.
    Terminated,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Error => 2,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }

    /// What `overall_success` of a document that is passed on means for the pipeline. A document that
    /// nothing has judged yet is no failure.
    pub fn of_verdict(overall_success: Option<bool>) -> Exit {
        if overall_success == Some(false) {
            Exit::Failed
        } else {
            Exit::Passed
        }
    }
}
