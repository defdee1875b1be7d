//! Runs one pretend phone until its input ends.
//!
//! ```text
//! cargo run -p simulator --example pretend -- <state folder> [--port P] [--unix PATH] [--seed S] [--scale X]
//!     [--files N] [--big BYTES]… [--trust SECONDS] [--passcode SECONDS] [--chatty] [--check] [--encrypt] [--production]
//!     [--ios 15|17|26] [--network ADDRESS] [--listed linux|apple] [--private] [--faults FILE]
//! ```
//! With `--encrypt` the first line of the input is the backup password; `--production` hashes passwords as long as a real phone does.
//! Prints `listening <address>` and `phone <udid>`, then takes a line for each thing a person does to the phone: `trust`, `deny`,
//! `passcode`, `dismiss`, `lock`, `unlock`, `unplug`, `plug`, `cancel`, `day`, `last` (what the last backup did), `restored` (what the last
//! restore did), `encrypts`, `find-my`, `join`, `leave`, `sleep`, `wake` (on the network), `heard` (what hosts told faulty lines), `quit`.
//! Point a client at it with `USBMUXD_SOCKET_ADDRESS=127.0.0.1:P`.

use simulator::{AddressLayout, Encryption, Options, Phone, Profile, Rounds, Simulator, System};
use std::error::Error;
use std::io::BufRead;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let simulator = runtime.block_on(Simulator::start(options()?))?;
    println!("listening {}", simulator.address());
    let phones = simulator.phones();
    let phone = phones.first().ok_or("no phone")?;
    println!("phone {}", phone.udid());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim() == "quit" {
            break;
        }
        println!("{}", obey(phone, line.trim()));
    }
    Ok(())
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options::new(arguments.next().ok_or("which folder for the state?")?);
    let device = &mut options.devices[0];
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--chatty" => device.profile = Profile::Chatty,
            "--check" => device.check = true,
            "--private" => device.private_wifi_address = true,
            "--encrypt" => {
                let mut password = String::new();
                std::io::stdin().read_line(&mut password)?;
                device.encryption = Some(Encryption::new(password.trim_end_matches('\n')));
            }
            "--production" => {
                device.encryption.as_mut().ok_or("--encrypt comes first")?.rounds = Rounds::production();
            }
            _ => {
                let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
                match name.as_str() {
                    "--port" => options.listen.set_port(value.parse()?),
                    "--unix" => options.unix = Some(value.into()),
                    "--seed" => device.seed = value.parse()?,
                    "--scale" => device.scale = value.parse()?,
                    "--files" => device.extra_files = value.parse()?,
                    "--big" => device.extra_big.push(value.parse()?),
                    "--trust" => device.auto_trust = Some(Duration::from_secs_f64(value.parse()?)),
                    "--passcode" => device.auto_passcode = Some(Duration::from_secs_f64(value.parse()?)),
                    "--ios" => device.system = system(&value)?,
                    "--listed" if value == "apple" => device.listed_on_network = Some(AddressLayout::Apple),
                    "--listed" if value == "linux" => device.listed_on_network = Some(AddressLayout::Linux),
                    "--network" => device.network = Some(value.parse()?),
                    "--faults" => device.faults = serde_json::from_slice(&std::fs::read(value)?)?,
                    _ => return Err(format!("what is {name}?").into()),
                }
            }
        }
    }
    Ok(options)
}

fn system(ios: &str) -> Result<System, String> {
    match ios {
        "15" => Ok(System::Ios15),
        "17" => Ok(System::Ios17),
        "26" => Ok(System::Ios26),
        other => Err(format!("which iOS is {other}?")),
    }
}

fn obey(phone: &Phone, order: &str) -> String {
    match order {
        "trust" => phone.tap_trust(),
        "deny" => phone.dont_trust(),
        "passcode" => phone.enter_passcode(),
        "dismiss" => phone.dismiss_passcode(),
        "lock" => phone.lock(),
        "unlock" => phone.unlock(),
        "unplug" => phone.unplug(),
        "plug" => phone.plug(),
        "join" => phone.enter_wifi(),
        "leave" => phone.leave_wifi(),
        "sleep" => phone.sleep(),
        "wake" => phone.wake(),
        "heard" => return String::from_utf8_lossy(&phone.overheard()).into_owned(),
        "cancel" => phone.cancel_backup(),
        "day" => {
            return match phone.day_passes() {
                Ok(()) => format!("day {}", phone.day()),
                Err(error) => format!("no: {error}"),
            };
        }
        "find-my" => phone.set_find_my(true),
        "encrypts" => return phone.encrypts().to_string(),
        "restored" => {
            let restored =
                phone.last_restore().map(|last| simulator::RestoreSummary { restored: Default::default(), ..last });
            return format!("{restored:?}");
        }
        "last" => return format!("{:?}", phone.last_backup()),
        _ => return format!("what is {order:?}?"),
    }
    format!("ok {order}, the screen asks {:?}", phone.prompt())
}
