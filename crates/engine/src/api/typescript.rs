//! Writes `ui/src/api/generated.ts` from the command list and its types.

use super::{ApiError, Event};
use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use ts_rs::{Config, TS, TypeVisitor};

/// One line of the list, as the window's typed calls need it.
pub(super) struct Command {
    pub name: &'static str,
    pub doc: &'static str,
    pub request: String,
    pub response: String,
}

/// Collects the declarations of every type that crosses.
pub(super) struct Types {
    config: Config,
    seen: BTreeSet<TypeId>,
    declarations: BTreeMap<String, String>,
}

impl Types {
    /// The TypeScript name of `T`, whose declaration (and those it needs) is collected.
    pub fn name<T: TS + 'static + ?Sized>(&mut self) -> String {
        self.visit::<T>();
        T::name(&self.config)
    }
}

impl TypeVisitor for Types {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Only types of our own have a file to be exported to; the rest (string, arrays) need no declaration.
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            let (name, declaration) = (T::name(&self.config), format!("{docs}export {}", T::decl(&self.config)));
            let other = self.declarations.insert(name.clone(), declaration.clone());
            assert!(
                other.is_none_or(|other| other == declaration),
                "two types cross as {name}; give one of them #[ts(rename)]"
            );
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The whole of `ui/src/api/generated.ts`.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut types = Types { config, seen: BTreeSet::new(), declarations: BTreeMap::new() };
    types.name::<ApiError>();
    types.name::<Event>();
    let commands = super::commands::list(&mut types);

    let mut out = String::from("// Made from crates/engine/src/api by `cargo xtask test`; change it there.\n");
    for declaration in types.declarations.values() {
        let _ = write!(out, "\n{}\n", declaration.trim_end());
    }
    out.push_str("\n/** Every command: its request and its response. */\nexport interface Commands {\n");
    for command in &commands {
        let _ = write!(
            out,
            "  /** {} */\n  \"{}\": {{ request: {}; response: {} }};\n",
            command.doc, command.name, command.request, command.response
        );
    }
    out.push_str("}\n");
    out
}
