//! Pretend iPhones behind a usbmuxd, until Ctrl-C.

use crate::options::Phones;
use crate::print;
use engine::api::{ApiError, Code, Result, blocking};
use engine::simulator::{Options, Simulator};
use std::io::BufRead;
use tokio::sync::mpsc;

/// Runs the phones; lines on standard input act on the first one: `day`, `unplug`, `plug`, `trust`, `passcode`.
pub async fn run(asked: Phones) -> Result<()> {
    if !(1..=64).contains(&asked.devices) || !(0.001..=1000.0).contains(&asked.scale) {
        return Err(ApiError::new(Code::BadRequest, "Between 1 and 64 devices, and a scale between 0.001 and 1000."));
    }
    let usual = || engine::Config::for_this_user().data.join(format!("simulate-{}", asked.seed));
    let state = asked.state.clone().unwrap_or_else(usual);
    std::fs::create_dir_all(&state).map_err(|error| ApiError::io(&state, &error))?;
    let mut options = Options::demo(state, asked.port, asked.seed, asked.devices, asked.scale);
    for device in &mut options.devices {
        (device.extra_files, device.extra_big) = (asked.extra_files, asked.extra_big.clone());
    }
    let simulator = Simulator::start(options).await?;
    print::line(&format!("USBMUXD_SOCKET_ADDRESS={}", simulator.address()));
    for phone in simulator.phones() {
        print::line(phone.udid());
    }
    let mut lines = typed();
    loop {
        let line = tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(()),
            line = lines.recv() => line,
        };
        let Some(phone) = simulator.phones().into_iter().next() else { return Ok(()) };
        match line.as_deref().map(str::trim) {
            Some("day") => {
                blocking(move || Ok(phone.day_passes()?)).await?;
                print::line("a day has passed");
            }
            Some("unplug") => phone.unplug(),
            Some("plug") => phone.plug(),
            Some("trust") => phone.tap_trust(),
            Some("passcode") => phone.enter_passcode(),
            Some("") => {}
            Some(other) => eprintln!("unknown: {other}"),
            // Standard input is closed: run until Ctrl-C.
            None => {
                let _ = tokio::signal::ctrl_c().await;
                return Ok(());
            }
        }
    }
}

/// Lines of standard input as they are typed.
fn typed() -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(std::result::Result::ok) {
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receive
}
