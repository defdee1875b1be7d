//! The real window, driven over WebDriver (<https://www.w3.org/TR/webdriver2/>) by WebKitWebDriver.

use base64::Engine as _;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);
/// The name WebDriver gives an element's reference.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A running window with a home of its own; closed when dropped.
pub struct Window {
    driver: Child,
    port: u16,
    session: String,
    home: TempDir,
}

impl Window {
    pub fn open(binary: &Path) -> Window {
        let home = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("HEIRLOOM_HOME", home.path().join("heirloom"))
            .env("HEIRLOOM_PRETEND_SCALE", "0.02")
            .env("XDG_DATA_HOME", home.path().join("share"))
            .env("XDG_CONFIG_HOME", home.path().join("config"))
            .env("XDG_CACHE_HOME", home.path().join("cache"))
            .stdout(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver, of the package webkit2gtk-driver");
        let mut window = Window { driver, port, session: String::new(), home };
        until("WebKitWebDriver to listen", || TcpStream::connect(("127.0.0.1", port)).ok());
        let options = json!({ "webkitgtk:browserOptions": { "binary": binary, "args": [] } });
        let session =
            window.ask("POST", "/session", &json!({ "capabilities": { "alwaysMatch": options } })).expect("a session");
        window.session = session["sessionId"].as_str().expect("a session's id").to_string();
        window
    }

    /// The folder below which everything of this window is.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs the body of a function in the page; a promise it returns is waited for.
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.command("POST", "/execute/sync", &body).unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits for an element that can be seen.
    pub fn find(&self, xpath: &str) -> String {
        until(xpath, || {
            let found = self.command("POST", "/element", &json!({ "using": "xpath", "value": xpath })).ok()?;
            let element = found[ELEMENT].as_str()?.to_string();
            let shown = self.command("GET", &format!("/element/{element}/displayed"), &Value::Null).ok()?;
            (shown == json!(true)).then_some(element)
        })
    }

    /// Clicks as a mouse does, `times` in a row.
    pub fn click(&self, xpath: &str, times: usize) {
        let origin = json!({ ELEMENT: self.find(xpath) });
        let mut actions = vec![json!({ "type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0 })];
        for _ in 0..times {
            actions.push(json!({ "type": "pointerDown", "button": 0 }));
            actions.push(json!({ "type": "pointerUp", "button": 0 }));
        }
        self.act(
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": actions }),
        );
    }

    /// Presses keys together, such as Control and A; letters, or WebDriver's code points for the others.
    pub fn press(&self, keys: &[char]) {
        let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        self.act(json!({ "type": "key", "id": "keyboard", "actions": down.chain(up).collect::<Vec<_>>() }));
    }

    fn act(&self, source: Value) {
        self.command("POST", "/actions", &json!({ "actions": [source] })).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Keeps how the page looks now.
    pub fn picture(&self, name: &str) {
        std::thread::sleep(Duration::from_millis(400));
        // Those outside the window are fetched when they come into sight.
        let seen = "return [...document.images].every((image) => {
            const { top, bottom } = image.getBoundingClientRect();
            return image.complete || top > innerHeight || bottom < 0;
        })";
        until("the pictures on the screen", || self.run(seen, json!([])).as_bool()?.then_some(()));
        // The driver waits for the page to be painted once more, and a page at rest is not.
        self.run(
            "const dot = document.body.appendChild(document.createElement('i'));
             dot.style = 'position: fixed; inset: 0 auto auto 0; width: 1px; height: 1px';
             let turn = 0;
             window.painting = setInterval(() => (dot.style.background = `rgb(128 128 128 / ${1 + (turn++ % 2)}%)`), 50);
             window.painted = () => (clearInterval(window.painting), dot.remove());",
            json!([]),
        );
        let taken = self.command("GET", "/screenshot", &Value::Null).expect("a screenshot");
        self.run("window.painted()", json!([]));
        let bytes =
            base64::engine::general_purpose::STANDARD.decode(taken.as_str().unwrap_or_default()).expect("base64");
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/screenshots/window"));
        std::fs::create_dir_all(&folder).expect("a folder for screenshots");
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("a screenshot is kept");
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        self.ask(method, &format!("/session/{}{path}", self.session), body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let answer = exchange(self.port, method, path, body).map_err(|error| error.to_string())?;
        let value = answer["value"].clone();
        match value.get("error") {
            Some(error) => Err(format!("{error}: {}", value["message"])),
            None => Ok(value),
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.command("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Asks again and again until there is an answer.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "gave up waiting for {what}");
        std::thread::sleep(POLL);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// One request over a connection of its own.
fn exchange(port: u16, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
    let body = if method == "POST" { body.to_string() } else { String::new() };
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    // The driver keeps the connection open, so the answer ends where its head says.
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some(("content-length", value)) = line.to_ascii_lowercase().trim().split_once(": ") {
            length = value.parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut answer = vec![0; length];
    reader.read_exact(&mut answer)?;
    Ok(serde_json::from_slice(&answer)?)
}
