use std::fmt;

/// How a phone encrypts its backups.
#[derive(Clone)]
pub struct Encryption {
    pub password: String,
    /// Also of the passwords hosts set later.
    pub rounds: Rounds,
}

impl Encryption {
    /// With few rounds, as tests want it.
    pub fn new(password: impl Into<String>) -> Encryption {
        Encryption { password: password.into(), rounds: Rounds::default() }
    }
}

impl fmt::Debug for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encryption").field("rounds", &self.rounds).finish_non_exhaustive()
    }
}

/// How often a password is hashed before it opens a keybag (`formats.md` 1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// `DPIC`, of SHA-256.
    pub outer: u32,
    /// `ITER`, of SHA-1.
    pub inner: u32,
}

impl Rounds {
    /// What a real phone takes: seconds for each try.
    pub fn production() -> Rounds {
        Rounds { outer: 10_000_000, inner: 10_000 }
    }
}

impl Default for Rounds {
    fn default() -> Rounds {
        Rounds { outer: 1000, inner: 100 }
    }
}
