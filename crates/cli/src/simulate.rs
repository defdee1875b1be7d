//! Pretend iPhones behind a usbmuxd, until Ctrl-C.

use crate::options::{Layout, Phones, System};
use crate::print;
use engine::api::{ApiError, Code, Result, blocking};
use engine::simulator::{AddressLayout, DeviceOptions, Encryption, Faults, Options, Phone, Simulator, System as Ios};
use std::io::BufRead;
use std::net::IpAddr;
use std::path::Path;
use tokio::sync::mpsc;

/// Runs the phones; lines on standard input act on the first one.
pub async fn run(asked: Phones) -> Result<()> {
    if !(1..=64).contains(&asked.devices) || !(0.001..=1000.0).contains(&asked.scale) {
        return Err(bad("Between 1 and 64 devices, and a scale between 0.001 and 1000."));
    }
    let usual = || engine::Config::for_this_user().data.join(format!("simulate-{}", asked.seed));
    let state = asked.state.clone().unwrap_or_else(usual);
    std::fs::create_dir_all(&state).map_err(|error| ApiError::io(&state, &error))?;
    let mut lines = typed();
    let password = if asked.password_stdin { lines.recv().await } else { None };
    let mut options = Options::demo(state, asked.port, asked.seed, asked.devices, asked.scale);
    for (number, device) in (0..).zip(&mut options.devices) {
        choose(device, &asked, number)?;
        device.encryption = password.clone().map(Encryption::new);
    }
    #[cfg(unix)]
    options.unix.clone_from(&asked.unix);
    let unix = options.unix.clone();
    let simulator = Simulator::start(options).await?;
    let address = unix.map_or_else(|| simulator.address().to_string(), |path| format!("UNIX:{}", path.display()));
    print::line(&format!("USBMUXD_SOCKET_ADDRESS={address}"));
    for phone in simulator.phones() {
        print::line(phone.udid());
    }
    let phone = simulator.phones().into_iter().next().ok_or_else(|| bad("No device."))?;
    loop {
        let line = tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(()),
            line = lines.recv() => line,
        };
        let Some(line) = line else { break };
        act(&phone, line.trim()).await?;
    }
    // Standard input is closed: run until Ctrl-C.
    let _ = tokio::signal::ctrl_c().await;
    Ok(())
}

fn bad(why: &str) -> ApiError {
    ApiError::new(Code::BadRequest, why)
}

fn choose(device: &mut DeviceOptions, asked: &Phones, number: u32) -> Result<()> {
    device.longest_conversation = asked.longest_conversation;
    (device.extra_files, device.extra_big) = (asked.extra_files, asked.extra_big.clone());
    device.network = asked.network.map(|first| after(first, number));
    device.listed_on_network = asked.listed_on_network.map(|layout| match layout {
        Layout::Linux => AddressLayout::Linux,
        Layout::Apple => AddressLayout::Apple,
    });
    device.system = match asked.ios {
        System::Ios15 => Ios::Ios15,
        System::Ios17 => Ios::Ios17,
        System::Ios26 => Ios::Ios26,
    };
    if let Some(path) = &asked.faults {
        device.faults = faults(path)?;
    }
    Ok(())
}

/// The address `number` places after the first.
fn after(first: IpAddr, number: u32) -> IpAddr {
    match first {
        IpAddr::V4(first) => IpAddr::V4((u32::from(first).wrapping_add(number)).into()),
        IpAddr::V6(first) => IpAddr::V6((u128::from(first).wrapping_add(number.into())).into()),
    }
}

fn faults(path: &Path) -> Result<Faults> {
    let text = std::fs::read(path).map_err(|error| ApiError::io(path, &error))?;
    serde_json::from_slice(&text).map_err(|error| bad(&format!("{}: {error}", path.display())))
}

/// What a person does to the phone.
async fn act(phone: &Phone, line: &str) -> Result<()> {
    match line {
        "day" => {
            let phone = phone.clone();
            blocking(move || Ok(phone.day_passes()?)).await?;
            print::line("a day has passed");
        }
        "unplug" => phone.unplug(),
        "plug" => phone.plug(),
        "trust" => phone.tap_trust(),
        "passcode" => phone.enter_passcode(),
        "lock" => phone.lock(),
        "unlock" => phone.unlock(),
        "cancel" => phone.cancel_backup(),
        "leave" => phone.leave_wifi(),
        "join" => phone.enter_wifi(),
        "sleep" => phone.sleep(),
        "wake" => phone.wake(),
        "" => {}
        other => eprintln!("unknown: {other}"),
    }
    Ok(())
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
