//! The word that the server is closing, for everything that waits.

use tokio::sync::watch;

/// Says the word.
#[derive(Debug)]
pub(crate) struct Announcer(watch::Sender<bool>);

/// Hears the word; clones hear the same.
#[derive(Debug, Clone)]
pub(crate) struct Closing(watch::Receiver<bool>);

/// Both ends.
pub(crate) fn channel() -> (Announcer, Closing) {
    let (sender, receiver) = watch::channel(false);
    (Announcer(sender), Closing(receiver))
}

impl Announcer {
    /// From now on the server is closing.
    pub(crate) fn announce(&self) {
        self.0.send_replace(true);
    }
}

impl Closing {
    /// Whether the server is closing.
    pub(crate) fn is_announced(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the server is closing, or its announcer is gone.
    pub(crate) async fn announced(&mut self) {
        let _ = self.0.wait_for(|announced| *announced).await;
    }
}
