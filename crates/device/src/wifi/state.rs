use crate::lockdown::Lockdown;
use crate::{Attached, Connection, Error, Result, Usbmux};
use plist::Value;

const DOMAIN: &str = "com.apple.mobile.wireless_lockdown";
const ENABLED: &str = "EnableWifiConnections";

/// What a phone says about being reached over Wi-Fi.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WifiState {
    /// Whether it shows itself to this computer on the network; `None` when it does not say.
    pub enabled: Option<bool>,
    /// The address of its Wi-Fi hardware; in a network where it has a private address it uses another.
    pub mac: Option<String>,
    /// The name it goes by on the network now.
    pub service_name: Option<String>,
}

/// Asks how things stand with Wi-Fi.
pub async fn wifi(mux: &Usbmux, who: &Attached) -> Result<WifiState> {
    let mut lockdown = Lockdown::trusted(mux, who).await?;
    let mut values = lockdown.values(Some(DOMAIN)).await?;
    let mac = lockdown.value(None, Some("WiFiAddress")).await?.and_then(Value::into_string);
    lockdown.close().await;
    Ok(WifiState {
        // A phone that was never told leaves the key out of what it otherwise answers.
        enabled: match values.get(ENABLED).and_then(Value::as_boolean) {
            None if values.is_empty() => None,
            on => Some(on.unwrap_or(false)),
        },
        mac,
        service_name: values.remove("BonjourFullServiceName").and_then(Value::into_string),
    })
}

/// Makes the phone show itself on the network, or stop that. Over USB it works at once; over the network, turning it
/// off is the last thing that works.
pub async fn set_wifi(mux: &Usbmux, who: &Attached, on: bool) -> Result<()> {
    let mut lockdown = Lockdown::trusted(mux, who).await?;
    lockdown.set_value(Some(DOMAIN), ENABLED, on.into()).await?;
    if !on && who.connection == Connection::Network {
        return Ok(());
    }
    let now = lockdown.value(Some(DOMAIN), Some(ENABLED)).await?.and_then(|now| now.as_boolean());
    lockdown.close().await;
    if now == Some(on) { Ok(()) } else { Err(Error::Unexpected { doing: "changing a setting" }) }
}
