//! Named points between two steps, at which a test can kill the process. Nothing in a real build.

#[cfg(not(test))]
#[inline(always)]
pub(crate) fn point(_name: &'static str) {}

/// Whether a test wants this step left out, to see that its absence is noticed. Never in a real build.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn left_out(_name: &'static str) -> bool {
    false
}

/// The error a test wants this step to end with. Never in a real build.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn failing(_name: &'static str) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(crate) use for_tests::{failing, left_out, point};

#[cfg(test)]
pub(crate) mod for_tests {
    use std::io::Write;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// The number of the point to die at; set for a child process only.
    pub(crate) const KILL_AT: &str = "HEIRLOOM_STORE_KILL_AT";
    /// A file that gets the name of every point passed.
    pub(crate) const TRACE: &str = "HEIRLOOM_STORE_TRACE";

    /// The process that dies first, such as the driver of the volume.
    pub(crate) const KILL_WITH: &str = "HEIRLOOM_STORE_KILL_WITH";

    static PASSED: AtomicU64 = AtomicU64::new(0);

    thread_local! {
        /// What this thread does besides at every point.
        pub(crate) static HOOK: std::cell::RefCell<Option<Hook>> = const { std::cell::RefCell::new(None) };
        /// The steps this thread leaves out.
        pub(crate) static LEAVE: std::cell::Cell<&'static [&'static str]> = const { std::cell::Cell::new(&[]) };
    }
    pub(crate) type Hook = Box<dyn FnMut(&'static str)>;

    pub(crate) fn point(name: &'static str) {
        // Taken out while it runs: what it does passes points, too.
        if let Some(mut hook) = HOOK.take() {
            hook(name);
            HOOK.set(Some(hook));
        }
        static KILL: OnceLock<Option<u64>> = OnceLock::new();
        static NAMES: OnceLock<Option<std::path::PathBuf>> = OnceLock::new();
        let passed = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(path) = NAMES.get_or_init(|| std::env::var_os(TRACE).map(Into::into)) {
            let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
            writeln!(file, "{name}").unwrap();
        }
        let kill = KILL.get_or_init(|| std::env::var(KILL_AT).ok().and_then(|n| n.parse().ok()));
        if *kill == Some(passed) {
            die();
        }
    }

    pub(crate) fn left_out(name: &'static str) -> bool {
        LEAVE.get().contains(&name)
    }

    thread_local! {
        /// The step that fails in this thread.
        pub(crate) static FAIL: std::cell::Cell<Option<&'static str>> = const { std::cell::Cell::new(None) };
    }

    pub(crate) fn failing(name: &'static str) -> std::io::Result<()> {
        if FAIL.get() == Some(name) { Err(std::io::Error::other(name)) } else { Ok(()) }
    }

    /// Ends the process as a power button would: no destructor, no buffer is written.
    fn die() -> ! {
        #[cfg(unix)]
        // SAFETY: signals to a process the test has named and to this very one; nothing is touched afterwards.
        unsafe {
            if let Some(other) = std::env::var(KILL_WITH).ok().and_then(|pid| pid.parse().ok()) {
                libc::kill(other, libc::SIGKILL);
            }
            libc::kill(libc::getpid(), libc::SIGKILL);
        }
        std::process::abort()
    }
}
