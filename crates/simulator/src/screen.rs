//! What the phone's screen asks, and what a person answers.

use crate::Prompt;
use std::time::{Duration, Instant};
use tokio::sync::watch;

#[derive(Clone, Default)]
struct Shown {
    trust: Trust,
    passcode: Passcode,
}

/// The "Trust This Computer?" dialog, for the host named.
#[derive(Clone, Default)]
enum Trust {
    #[default]
    Hidden,
    Showing {
        host: String,
        since: Instant,
    },
    Tapped {
        host: String,
    },
    Refused {
        host: String,
    },
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Passcode {
    #[default]
    Hidden,
    Showing,
    Entered,
    Dismissed,
}

/// How a prompt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Pending,
    Yes,
    No,
}

pub(crate) struct Screen {
    shown: watch::Sender<Shown>,
    auto_trust: Option<Duration>,
    auto_passcode: Option<Duration>,
}

impl Screen {
    pub fn new(auto_trust: Option<Duration>, auto_passcode: Option<Duration>) -> Screen {
        Screen { shown: watch::Sender::default(), auto_trust, auto_passcode }
    }

    pub fn prompt(&self) -> Option<Prompt> {
        prompt(&self.shown.borrow())
    }

    pub async fn prompted(&self, wanted: Prompt) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.shown.subscribe().wait_for(|shown| prompt(shown) == Some(wanted)).await;
    }

    /// A host asks to pair: shows the dialog, or says how it was answered. An answer is given once.
    pub fn asks_for_trust(&self, asking: &str) -> Answer {
        let mut answer = Answer::Pending;
        self.shown.send_modify(|shown| {
            let tapped = match &shown.trust {
                Trust::Tapped { host } if host == asking => Some(true),
                Trust::Refused { host } if host == asking => Some(false),
                Trust::Showing { host, since } if host == asking => {
                    self.auto_trust.is_some_and(|delay| since.elapsed() >= delay).then_some(true)
                }
                _ if self.auto_trust == Some(Duration::ZERO) => Some(true),
                _ => {
                    shown.trust = Trust::Showing { host: asking.to_string(), since: Instant::now() };
                    None
                }
            };
            if let Some(tapped) = tapped {
                shown.trust = Trust::Hidden;
                answer = if tapped { Answer::Yes } else { Answer::No };
            }
        });
        answer
    }

    pub fn answer_trust(&self, yes: bool) {
        self.shown.send_if_modified(|shown| {
            let Trust::Showing { host, .. } = &shown.trust else { return false };
            let host = host.clone();
            shown.trust = if yes { Trust::Tapped { host } } else { Trust::Refused { host } };
            true
        });
    }

    pub fn answer_passcode(&self, yes: bool) {
        self.shown.send_if_modified(|shown| {
            let showing = shown.passcode == Passcode::Showing;
            if showing {
                shown.passcode = if yes { Passcode::Entered } else { Passcode::Dismissed };
            }
            showing
        });
    }

    /// Shows the passcode prompt until it is answered; hides it when the returned future is dropped.
    pub async fn ask_for_passcode(&self) -> Answer {
        struct Hide<'a>(&'a watch::Sender<Shown>);
        impl Drop for Hide<'_> {
            fn drop(&mut self) {
                self.0.send_modify(|shown| shown.passcode = Passcode::Hidden);
            }
        }
        self.shown.send_modify(|shown| shown.passcode = Passcode::Showing);
        let _hide = Hide(&self.shown);
        let mut watch = self.shown.subscribe();
        let answered = watch.wait_for(|shown| shown.passcode != Passcode::Showing);
        let entered = async {
            match self.auto_passcode {
                Some(delay) => tokio::time::sleep(delay).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = entered => Answer::Yes,
            shown = answered => match shown {
                Ok(shown) if shown.passcode == Passcode::Entered => Answer::Yes,
                _ => Answer::No,
            },
        }
    }
}

fn prompt(shown: &Shown) -> Option<Prompt> {
    if shown.passcode == Passcode::Showing {
        return Some(Prompt::Passcode);
    }
    matches!(shown.trust, Trust::Showing { .. }).then_some(Prompt::Trust)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_pending_until_tapped_and_an_answer_counts_once() {
        let screen = Screen::new(None, None);
        assert_eq!(screen.prompt(), None);
        assert_eq!(screen.asks_for_trust("A"), Answer::Pending);
        assert_eq!(screen.prompt(), Some(Prompt::Trust));
        screen.answer_trust(true);
        assert_eq!(screen.asks_for_trust("B"), Answer::Pending, "the tap was for another host");
        screen.answer_trust(false);
        assert_eq!(screen.asks_for_trust("B"), Answer::No);
        assert_eq!(screen.asks_for_trust("B"), Answer::Pending);
        screen.answer_trust(true);
        assert_eq!(screen.asks_for_trust("B"), Answer::Yes);
        assert_eq!(screen.prompt(), None);
    }

    #[test]
    fn trust_can_come_by_itself() {
        assert_eq!(Screen::new(Some(Duration::ZERO), None).asks_for_trust("A"), Answer::Yes);
    }

    #[tokio::test]
    async fn the_passcode_prompt_shows_until_it_is_answered() {
        let screen = Screen::new(None, None);
        screen.answer_passcode(true);
        let (answer, ()) = tokio::join!(screen.ask_for_passcode(), async {
            screen.prompted(Prompt::Passcode).await;
            screen.answer_passcode(false);
        });
        assert_eq!(answer, Answer::No);
        assert_eq!(screen.prompt(), None);
        let screen = Screen::new(None, Some(Duration::ZERO));
        assert_eq!(screen.ask_for_passcode().await, Answer::Yes);
    }
}
