//! The rule of a location: what it would give up, and giving it up.

use super::{store_at, summary, tell};
use crate::Engine;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::keeping::*;
use crate::api::locations::LocationRequest;
use crate::api::{ApiError, Code, Result, Topic, blocking};
use crate::jobs::Run;
use crate::library::known_locations;
use crate::locations::unless_silent;
use std::collections::BTreeSet;
use std::path::PathBuf;
use store::{Retention, Store};

pub async fn get_rule(engine: &Engine, asked: LocationRequest) -> Result<RetentionRule> {
    Ok(rule_of(engine, &asked.path))
}

pub(super) fn rule_of(engine: &Engine, path: &str) -> RetentionRule {
    engine.0.settings.get().retention.get(path).cloned().unwrap_or_default()
}

pub async fn set_rule(engine: &Engine, asked: RetentionRequest) -> Result<RetentionRule> {
    if asked.rule.max_count == Some(0) {
        return Err(ApiError::new(Code::BadRequest, "At least one version of a device is kept."));
    }
    if !known_locations(engine).iter().any(|known| known.to_string_lossy() == asked.path) {
        return Err(
            ApiError::new(Code::BadRequest, "This location is not among yours. Add it first.").detail(asked.path)
        );
    }
    let kept = asked.rule.clone();
    engine.0.settings.change(|settings| drop(settings.retention.insert(asked.path, asked.rule)))?;
    engine.changed(Topic::Settings);
    engine.changed(Topic::Locations);
    Ok(kept)
}

pub async fn preview(engine: &Engine, asked: PreviewRequest) -> Result<Vec<RetentionPlan>> {
    let engine = engine.clone();
    blocking(move || {
        let store = store_at(&engine, &asked.path)?;
        let rule = asked.rule.unwrap_or_else(|| rule_of(&engine, &asked.path));
        plans(&engine, &store, &rule)
    })
    .await
}

/// What the rule comes to for each device of the store.
fn plans(engine: &Engine, store: &Store, rule: &RetentionRule) -> Result<Vec<RetentionPlan>> {
    let mut plans = Vec::new();
    for udid in store.devices()? {
        let plan = store.plan(&udid, &retention(rule, &udid), crate::now())?;
        let pinned = store.pinned(&udid)?;
        plans.extend(describe(engine, store, rule, plan, &pinned));
    }
    Ok(plans)
}

/// `None` for a device without versions.
fn describe(
    engine: &Engine,
    store: &Store,
    rule: &RetentionRule,
    plan: store::Plan,
    pinned: &BTreeSet<u64>,
) -> Option<RetentionPlan> {
    let version = |head: &store::VersionHead| summary(engine, store, head, pinned.contains(&head.seq));
    let keep = plan
        .keep
        .iter()
        .map(|(head, because)| KeptVersion { version: version(head), because: because_of(*because, rule.rule) });
    let (keep, remove): (Vec<_>, Vec<_>) = (keep.collect(), plan.remove.iter().map(version).collect());
    let newest = keep.last().map(|kept: &KeptVersion| &kept.version).or(remove.last())?;
    Some(RetentionPlan {
        udid: newest.udid.clone(),
        device_name: newest.device_name.clone(),
        remove,
        keep,
        frees: plan.frees,
        // Where nothing goes anyway, nothing is paused.
        paused: plan.paused.filter(|_| rule.rule != RetentionKind::KeepAll).map(shrink),
    })
}

fn shrink(found: store::Shrink) -> Shrink {
    let store::Shrink { from, to, files_before, files_after } = found;
    Shrink { from, to, files_before, files_after }
}

/// The rule as the store knows it.
fn retention(rule: &RetentionRule, udid: &str) -> Retention {
    let thin = Retention { shrink_accepted: rule.shrink_accepted.get(udid).copied(), ..Retention::default() };
    let limited = |ages: Retention| Retention {
        max_count: rule.max_count,
        max_bytes: rule.max_bytes,
        free_floor: rule.free_floor,
        ..ages
    };
    let every = Retention { all: i64::MAX, ..thin.clone() };
    match rule.rule {
        RetentionKind::KeepAll => every,
        RetentionKind::Thin => limited(thin),
        RetentionKind::Limits => limited(every),
    }
}

fn because_of(because: store::KeptBecause, rule: RetentionKind) -> KeptBecause {
    use store::KeptBecause as B;
    match because {
        B::Newest => KeptBecause::Newest,
        B::Pinned => KeptBecause::Pinned,
        B::Imported => KeptBecause::Imported,
        B::BeforeDeviceChange => KeptBecause::BeforeDeviceChange,
        B::BeforeSystemUpdate => KeptBecause::BeforeSystemUpdate,
        B::LastThree => KeptBecause::LastThree,
        B::Recent if rule != RetentionKind::Thin => KeptBecause::Every,
        B::Recent => KeptBecause::Recent,
        B::Daily => KeptBecause::Daily,
        B::Weekly => KeptBecause::Weekly,
        B::Monthly => KeptBecause::Monthly,
        B::Paused => KeptBecause::Paused,
    }
}

pub async fn apply(engine: &Engine, asked: LocationRequest) -> Result<JobStarted> {
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Reclaim, "Give up versions", None, |run| async move {
        let (giving, telling, path) = (own.clone(), run.clone(), PathBuf::from(&asked.path));
        let work = blocking(move || {
            give_up(&giving, &asked.path, &|| telling.cancelled(), Some(&telling)).map(JobResult::Reclaimed)
        });
        unless_silent(&own, &[&path], &run, work).await
    })?;
    Ok(JobStarted { job })
}

pub async fn reclaim(engine: &Engine, asked: LocationRequest) -> Result<JobStarted> {
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Reclaim, "Clean up", None, |run| async move {
        let (cleaning, telling, path) = (own.clone(), run.clone(), PathBuf::from(&asked.path));
        let work = blocking(move || {
            let store = store_at(&cleaning, &asked.path)?;
            let cleaned = clean_up(&cleaning, &store, &|| telling.cancelled(), Some(&telling))?;
            telling.check()?;
            Ok(JobResult::Reclaimed(cleaned))
        });
        unless_silent(&own, &[&path], &run, work).await
    })?;
    Ok(JobStarted { job })
}

/// Gives up what the location's rule says, and cleans up. Nothing at all where every version is kept. Blocking.
pub(super) fn give_up(
    engine: &Engine,
    path: &str,
    cancelled: &dyn Fn() -> bool,
    run: Option<&Run>,
) -> Result<Reclaimed> {
    let rule = rule_of(engine, path);
    let store = store_at(engine, path)?;
    if rule.rule == RetentionKind::KeepAll {
        engine.0.records.ruled(store.id(), Vec::new())?;
        return Ok(Reclaimed::default());
    }
    let (mut expired, mut paused) = (0, Vec::new());
    for udid in store.devices()? {
        // One device after the other: what the first gives up may be what the free space of the next needs.
        let plan = store.plan(&udid, &retention(&rule, &udid), crate::now())?;
        for head in &plan.remove {
            if cancelled() {
                return Err(ApiError::cancelled());
            }
            store.expire(&udid, head.seq)?;
            tracing::info!(%udid, number = head.seq, "a version was given up by the rule");
            expired += 1;
        }
        let pinned = store.pinned(&udid)?;
        let plan = describe(engine, &store, &rule, plan, &pinned);
        paused.extend(plan.and_then(|plan| {
            Some(PausedDevice { udid: plan.udid, device_name: plan.device_name, shrink: plan.paused? })
        }));
    }
    engine.0.records.ruled(store.id(), paused)?;
    if expired > 0 {
        tell(engine);
    }
    let cleaned = match clean_up(engine, &store, cancelled, run) {
        // Another device is being backed up: the content waits for the next time.
        Err(error) if error.code == Code::StoreBusy => Reclaimed { stopped: true, ..Reclaimed::default() },
        cleaned => cleaned?,
    };
    Ok(Reclaimed { expired, ..cleaned })
}

fn clean_up(engine: &Engine, store: &Store, cancelled: &dyn Fn() -> bool, run: Option<&Run>) -> Result<Reclaimed> {
    if let Some(run) = run {
        run.phase(Phase::Cleaning, "Cleaning up");
    }
    let cleaned = store.reclaim(engine.0.library.sessions(), crate::now(), &mut |done, all| {
        if let Some(run) = run {
            run.progress(done as f64 / all.max(1) as f64);
        }
        !cancelled()
    })?;
    engine.changed(Topic::Locations);
    let store::Reclaimed { versions, objects, bytes, kept_young, stopped } = cleaned;
    Ok(Reclaimed { expired: 0, versions, objects, bytes, kept_young, stopped })
}

/// The rule is applied after each backup. A version is there already: nothing here can undo that. Blocking.
pub fn after_backup(engine: &Engine, path: &str, run: &Run) {
    if rule_of(engine, path).rule == RetentionKind::KeepAll {
        return;
    }
    run.phase(Phase::Cleaning, "Giving up versions the rule lets go");
    if let Err(error) = give_up(engine, path, &|| run.cancelled(), None) {
        tracing::warn!(%error, "the rule of the location could not be applied");
    }
}
