//! Passwords from standard input or from the terminal without echo; never from the arguments.

use engine::api::{ApiError, Code, Result};
use std::io::{BufRead, IsTerminal};
use zeroize::Zeroizing;

/// Where passwords come from.
pub struct Source {
    stdin: bool,
}

impl Source {
    pub fn new(password_stdin: bool) -> Source {
        Source { stdin: password_stdin }
    }

    /// Whether it comes from standard input.
    pub fn given(&self) -> bool {
        self.stdin
    }

    /// Whether there is one to be had without a keychain.
    pub fn can_ask(&self) -> bool {
        self.stdin || std::io::stdin().is_terminal()
    }

    /// One password: the next line of standard input, or asked for.
    pub fn password(&self, question: &str) -> Result<Zeroizing<String>> {
        if self.stdin {
            return line();
        }
        if !std::io::stdin().is_terminal() {
            return Err(ApiError::new(Code::PasswordNeeded, "A password is needed: give it with --password-stdin."));
        }
        rpassword::prompt_password(format!("{question}: ")).map(Zeroizing::new).map_err(|error| {
            ApiError::new(Code::Io, "The password could not be read from the terminal.").detail(error.to_string())
        })
    }

    /// A password that is to be set: on the terminal it has to be typed twice.
    pub fn new_password(&self, question: &str) -> Result<Zeroizing<String>> {
        let first = self.password(question)?;
        if !self.stdin && *self.password("Once more")? != *first {
            return Err(ApiError::new(Code::BadRequest, "The two are not the same. Nothing was changed."));
        }
        Ok(first)
    }
}

fn line() -> Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| ApiError::new(Code::Io, "Standard input could not be read.").detail(error.to_string()))?;
    // A password may end in a blank; only the line's own end is taken off.
    let length = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(length);
    if line.is_empty() {
        return Err(ApiError::new(Code::PasswordNeeded, "There is no password on standard input."));
    }
    Ok(line)
}
