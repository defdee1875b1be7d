//! The window: a thin shell that hands calls to the engine and its events to the page.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod bridge;

use engine::{Config, Engine};
use tauri::{Manager, RunEvent};

fn main() {
    let mut builder = tauri::Builder::default();
    // Several windows with homes of their own may run side by side; one home has one window.
    if std::env::var_os("HEIRLOOM_HOME").is_none() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| {
            if let Some(window) = app.get_webview_window("main") {
                let _ = window.unminimize();
                let _ = window.set_focus();
            }
        }));
    }
    let app = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::new().build())
        .register_asynchronous_uri_scheme_protocol("media", bridge::media)
        .invoke_handler(tauri::generate_handler![bridge::call])
        .setup(|app| {
            let engine = tauri::async_runtime::block_on(Engine::start(Config::for_this_user()))
                .map_err(|error| format!("{} ({})", error.message, error.detail.unwrap_or_default()))?;
            bridge::forward_events(app.handle(), &engine);
            app.manage(engine);
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run(|app, event| {
            if let RunEvent::Exit = event
                && let Some(engine) = app.try_state::<Engine>()
            {
                tauri::async_runtime::block_on(engine.stop());
            }
        }),
        Err(error) => {
            eprintln!("Heirloom could not start: {error}");
            std::process::exit(1);
        }
    }
}
