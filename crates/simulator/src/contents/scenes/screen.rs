//! What screens show: screenshots and the home screen's picture.

use super::Scene;
use crate::contents::paint::{Canvas, Color, blend, hsl};
use crate::contents::random::Random;

/// Words are drawn as bars: a screenshot that reads as one from a distance, without a font.
fn words(canvas: &mut Canvas, random: &mut Random, x: f32, y: f32, wide: f32, tall: f32, color: Color) {
    let mut at = x;
    while at < x + wide {
        let word = (tall * random.float(1.2, 5.0) as f32).min(x + wide - at);
        canvas.rect(at, y, word, tall * 0.72, color, 0.85);
        at += word + tall * 0.6;
    }
}

/// A screenshot of a chat, a map, an article or a ticket.
pub(crate) fn screenshot(width: usize, height: usize, random: &mut Random) -> Canvas {
    let dark = random.percent(30);
    let (ground, ink): (Color, Color) =
        if dark { ([18, 18, 20], [224, 224, 228]) } else { ([255, 255, 255], [44, 44, 50]) };
    let mut canvas = Canvas::new(width, height, ground);
    match random.below(3) {
        0 => chat(&mut canvas, random, ground, ink),
        1 => map(&mut canvas, random, ground, ink),
        _ => article(&mut canvas, random, ground, ink),
    }
    let (w, h) = canvas.size();
    canvas.rect(0.0, 0.0, w, h * 0.045, ground, 1.0);
    canvas.rect(w * 0.09, h * 0.018, w * 0.1, h * 0.014, ink, 1.0);
    canvas.ellipse(w * 0.5, h * 0.024, w * 0.16, h * 0.015, [0, 0, 0], 1.0);
    canvas.rect(w * 0.84, h * 0.018, w * 0.07, h * 0.014, ink, 1.0);
    canvas.rect(w * 0.34, h * 0.985, w * 0.32, h * 0.005, ink, 1.0);
    canvas
}

fn chat(canvas: &mut Canvas, random: &mut Random, ground: Color, ink: Color) {
    let (w, h) = canvas.size();
    let mine = *random.pick(&[[10, 122, 255], [52, 199, 89]]);
    let mut y = h * 0.14;
    canvas.disc(w * 0.5, h * 0.085, w * 0.06, hsl(random.float(0.0, 360.0) as f32, 0.5, 0.6));
    while y < h * 0.86 {
        let (lines, me, wide) = (random.between(1, 3) as f32, random.percent(50), w * random.float(0.3, 0.66) as f32);
        let (tall, left) = (h * (0.022 + 0.024 * lines), if me { w * 0.96 - wide } else { w * 0.04 });
        let bubble = if me { mine } else { blend(ground, ink, 0.12) };
        let round = h * 0.018;
        canvas.rect(left + round, y, wide - round * 2.0, tall, bubble, 1.0);
        canvas.rect(left, y + round, wide, tall - round * 2.0, bubble, 1.0);
        for (x, at) in [
            (left + round, y + round),
            (left + wide - round, y + round),
            (left + round, y + tall - round),
            (left + wide - round, y + tall - round),
        ] {
            canvas.disc(x, at, round, bubble);
        }
        for line in 0..lines as usize {
            let long = if line + 1 == lines as usize { wide * 0.5 } else { wide - round * 2.0 };
            words(
                canvas,
                random,
                left + round,
                y + h * (0.014 + 0.024 * line as f32),
                long,
                h * 0.014,
                if me { [255, 255, 255] } else { ink },
            );
        }
        y += tall + h * random.float(0.008, 0.03) as f32;
    }
    canvas.rect(w * 0.12, h * 0.92, w * 0.76, h * 0.04, blend(ground, ink, 0.1), 1.0);
}

fn map(canvas: &mut Canvas, random: &mut Random, ground: Color, ink: Color) {
    let (w, h) = canvas.size();
    canvas.rect(0.0, 0.0, w, h, blend(ground, [200, 220, 190], 0.5), 1.0);
    for _ in 0..9 {
        let (x, y) = (random.fraction() as f32 * w, random.fraction() as f32 * h);
        canvas.ellipse(x, y, w * 0.22, h * 0.07, blend(ground, [130, 190, 130], 0.6), 1.0);
    }
    canvas.stroke(
        (-10.0, h * random.float(0.2, 0.7) as f32),
        (w + 10.0, h * random.float(0.2, 0.7) as f32),
        h * 0.05,
        [126, 184, 226],
    );
    for _ in 0..16 {
        let from = (random.float(-0.2, 1.2) as f32 * w, random.float(-0.1, 0.2) as f32 * h);
        let to = (random.float(-0.2, 1.2) as f32 * w, random.float(0.8, 1.1) as f32 * h);
        canvas.stroke(from, to, random.float(4.0, 16.0) as f32, blend(ground, [255, 255, 255], 0.8));
        canvas.stroke((to.1 - h, from.0 * h / w), (to.1, to.0 * h / w), 7.0, blend(ground, [255, 240, 190], 0.8));
    }
    let mut at = (w * 0.2, h * 0.72);
    for _ in 0..5 {
        let next = (at.0 + w * 0.13, at.1 - h * random.float(0.02, 0.13) as f32);
        canvas.stroke(at, next, 11.0, [10, 122, 255]);
        at = next;
    }
    canvas.disc(at.0, at.1 - h * 0.02, w * 0.04, [232, 60, 52]);
    canvas.polygon(
        &[(at.0 - w * 0.035, at.1 - h * 0.012), (at.0 + w * 0.035, at.1 - h * 0.012), (at.0, at.1 + h * 0.018)],
        [232, 60, 52],
        1.0,
    );
    canvas.rect(0.0, h * 0.82, w, h * 0.18, ground, 1.0);
    words(canvas, random, w * 0.06, h * 0.85, w * 0.5, h * 0.02, ink);
    words(canvas, random, w * 0.06, h * 0.89, w * 0.7, h * 0.013, blend(ground, ink, 0.5));
}

fn article(canvas: &mut Canvas, random: &mut Random, ground: Color, ink: Color) {
    let (w, h) = canvas.size();
    let scene = *random.pick(&Scene::ALL);
    let picture = scene.draw(canvas.width, canvas.height / 3, random);
    let from = canvas.width * 3 * (canvas.height / 16);
    canvas.pixels[from..from + picture.pixels.len()].copy_from_slice(&picture.pixels);
    for line in 0..2 {
        words(
            canvas,
            random,
            w * 0.06,
            h * (0.425 + 0.035 * line as f32),
            w * (0.88 - 0.3 * line as f32),
            h * 0.026,
            ink,
        );
    }
    for line in 0..18 {
        let short = if line % 6 == 5 { 0.45 } else { 0.88 };
        words(
            canvas,
            random,
            w * 0.06,
            h * (0.52 + 0.024 * line as f32),
            w * short,
            h * 0.013,
            blend(ground, ink, 0.7),
        );
    }
}

/// The home screen's picture: soft hills of light.
pub(crate) fn wallpaper(width: usize, height: usize, random: &mut Random) -> Canvas {
    let mut canvas = Canvas::new(width, height, [0; 3]);
    let hue = random.float(180.0, 320.0) as f32;
    canvas.gradient(0.0, 1.0, hsl(hue, 0.55, 0.3), hsl(hue + 60.0, 0.6, 0.62));
    let (w, h) = canvas.size();
    for _ in 0..7 {
        let (x, y) = (random.fraction() as f32 * w, random.float(0.1, 0.9) as f32 * h);
        canvas.glow(
            x,
            y,
            w * random.float(0.4, 0.9) as f32,
            hsl(hue + random.float(-50.0, 90.0) as f32, 0.7, 0.65),
            0.5,
        );
    }
    for layer in 0..3 {
        let (rise, shift) = (random.float(0.02, 0.05) as f32, random.float(0.0, 6.0) as f32);
        let color = hsl(hue + 30.0 * layer as f32, 0.5, 0.42 - 0.1 * layer as f32);
        let middle = 0.62 + 0.12 * layer as f32;
        canvas.ridge(move |x| middle - (x * 5.0 + shift).sin() * rise, color, blend(color, [10, 8, 30], 0.5));
    }
    canvas
}
