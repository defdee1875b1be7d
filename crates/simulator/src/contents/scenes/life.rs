//! Everyday pictures: food, flowers, a cat, a party, and portraits.

use crate::contents::paint::{Canvas, Color, blend, hsl};
use crate::contents::random::Random;

const SKIN: [Color; 6] =
    [[255, 219, 190], [241, 194, 150], [224, 172, 126], [198, 134, 92], [150, 98, 66], [104, 66, 46]];
const HAIR: [Color; 7] =
    [[40, 30, 28], [92, 58, 36], [150, 96, 52], [214, 170, 96], [178, 70, 40], [196, 196, 200], [20, 20, 26]];

/// A table top of planks or cloth.
fn table(canvas: &mut Canvas, random: &mut Random) {
    let (width, height) = canvas.size();
    let wood = hsl(random.float(18.0, 40.0) as f32, 0.4, random.float(0.3, 0.62) as f32);
    canvas.gradient(0.0, 1.0, wood, blend(wood, [30, 20, 14], 0.25));
    for plank in 0..7 {
        let y = height * plank as f32 / 7.0;
        canvas.rect(0.0, y, width, 3.0, blend(wood, [20, 12, 8], 0.5), 1.0);
        for _ in 0..12 {
            let long = random.float(0.05, 0.3) as f32 * width;
            let (x, line) = (random.fraction() as f32 * width, y + random.fraction() as f32 * height / 7.0);
            canvas.rect(x, line, long, 1.5, blend(wood, [30, 18, 10], 0.5), 0.5);
        }
    }
}

pub(super) fn plate(canvas: &mut Canvas, random: &mut Random) {
    table(canvas, random);
    let (width, height) = canvas.size();
    let (cx, cy, radius) = (width * random.float(0.42, 0.58) as f32, height * 0.52, height.min(width) * 0.38);
    canvas.ellipse(cx + 10.0, cy + 16.0, radius * 1.02, radius * 1.02, [20, 12, 8], 0.35);
    let china = hsl(random.float(0.0, 360.0) as f32, 0.12, 0.94);
    canvas.disc(cx, cy, radius, china);
    canvas.disc(cx, cy, radius * 0.94, blend(china, [255, 255, 255], 0.6));
    canvas.disc(cx, cy, radius * 0.7, blend(china, [120, 120, 130], 0.12));
    match random.below(3) {
        0 => pizza(canvas, random, cx, cy, radius * 0.85),
        1 => salad(canvas, random, cx, cy, radius * 0.66),
        _ => cake(canvas, random, cx, cy, radius * 0.6),
    }
    for side in [-1.0, 1.0] {
        let x = cx + side * radius * 1.2;
        canvas.stroke((x, cy - radius * 0.6), (x, cy + radius * 0.7), radius * 0.045, [210, 212, 216]);
        canvas.ellipse(x, cy - radius * 0.62, radius * 0.07, radius * 0.18, [222, 224, 228], 1.0);
    }
}

fn pizza(canvas: &mut Canvas, random: &mut Random, cx: f32, cy: f32, radius: f32) {
    canvas.disc(cx, cy, radius, [196, 136, 76]);
    canvas.disc(cx, cy, radius * 0.9, [206, 66, 42]);
    for _ in 0..46 {
        let (x, y) = around(random, cx, cy, radius * 0.84);
        canvas.disc(
            x,
            y,
            radius * random.float(0.05, 0.12) as f32,
            blend([250, 226, 150], [255, 250, 226], random.fraction() as f32),
        );
    }
    for _ in 0..14 {
        let (x, y) = around(random, cx, cy, radius * 0.76);
        canvas.disc(x, y, radius * 0.08, [180, 44, 40]);
        canvas.disc(x - 2.0, y - 2.0, radius * 0.06, [206, 74, 60]);
    }
    for _ in 0..11 {
        let (x, y) = around(random, cx, cy, radius * 0.76);
        canvas.ellipse(x, y, radius * 0.09, radius * 0.045, [60, 120, 50], 1.0);
    }
}

fn salad(canvas: &mut Canvas, random: &mut Random, cx: f32, cy: f32, radius: f32) {
    for _ in 0..120 {
        let (x, y) = around(random, cx, cy, radius);
        let (long, wide) = (radius * random.float(0.1, 0.24) as f32, radius * random.float(0.06, 0.12) as f32);
        canvas.ellipse(
            x,
            y,
            long,
            wide,
            hsl(random.float(75.0, 130.0) as f32, 0.5, random.float(0.3, 0.6) as f32),
            0.95,
        );
    }
    for _ in 0..22 {
        let (x, y) = around(random, cx, cy, radius * 0.9);
        let hue = *random.pick(&[4.0, 30.0, 50.0, 285.0]);
        canvas.disc(x, y, radius * 0.085, hsl(hue, 0.7, 0.5));
        canvas.disc(x - 3.0, y - 3.0, radius * 0.03, hsl(hue, 0.7, 0.8));
    }
}

fn cake(canvas: &mut Canvas, random: &mut Random, cx: f32, cy: f32, radius: f32) {
    let hue = random.float(0.0, 360.0) as f32;
    canvas.disc(cx, cy, radius, hsl(hue, 0.5, 0.75));
    canvas.disc(cx, cy, radius * 0.86, hsl(hue, 0.45, 0.86));
    for dot in 0..16 {
        let turn = dot as f32 / 16.0 * std::f32::consts::TAU;
        let (x, y) = (cx + turn.cos() * radius * 0.9, cy + turn.sin() * radius * 0.9);
        canvas.disc(x, y, radius * 0.1, [255, 252, 248]);
        canvas.disc(x, y, radius * 0.055, hsl(350.0, 0.75, 0.48));
    }
    for _ in 0..80 {
        let (x, y) = around(random, cx, cy, radius * 0.75);
        let (long, color) = (radius * 0.03, hsl(random.float(0.0, 360.0) as f32, 0.8, 0.58));
        canvas.stroke((x, y), (x + random.float(-1.0, 1.0) as f32 * long * 2.0, y + long), 3.5, color);
    }
}

/// A point in a circle.
fn around(random: &mut Random, cx: f32, cy: f32, radius: f32) -> (f32, f32) {
    let (turn, far) = (random.float(0.0, std::f64::consts::TAU) as f32, (random.fraction() as f32).sqrt() * radius);
    (cx + turn.cos() * far, cy + turn.sin() * far)
}

pub(super) fn flowers(canvas: &mut Canvas, random: &mut Random) {
    let (width, height) = canvas.size();
    let hue = random.float(70.0, 200.0) as f32;
    canvas.gradient(0.0, 1.0, hsl(hue, 0.35, 0.72), hsl(hue + 20.0, 0.4, 0.28));
    for _ in 0..26 {
        let (x, y) = (random.fraction() as f32 * width, random.fraction() as f32 * height);
        let far = width * random.float(0.04, 0.14) as f32;
        canvas.glow(x, y, far, hsl(hue + random.float(-50.0, 60.0) as f32, 0.5, 0.75), 0.35);
    }
    let bloom = random.float(0.0, 360.0) as f32;
    for index in 0..random.between(9, 20) {
        let near = 0.45 + index as f32 / 26.0;
        let (x, y) = (random.float(0.04, 0.96) as f32 * width, height * random.float(0.2, 0.72) as f32);
        let (size, bend) = (height * 0.085 * near, random.float(-40.0, 40.0) as f32);
        canvas.stroke((x, y), (x + bend, height), size * 0.12, [52, 100, 46]);
        canvas.ellipse(x + bend * 0.5 + size * 0.6, (y + height) / 2.0, size * 0.7, size * 0.2, [70, 128, 58], 1.0);
        let color = bloom + random.float(-35.0, 35.0) as f32;
        let petals = 6 + random.below(5) as usize;
        for petal in 0..petals * 2 {
            let turn = petal as f32 / petals as f32 * std::f32::consts::PI;
            let reach = size * if petal % 2 == 0 { 0.62 } else { 0.5 };
            canvas.disc(
                x + turn.cos() * reach,
                y + turn.sin() * reach,
                size * 0.3,
                hsl(color, 0.7, 0.55 + 0.1 * (petal % 2) as f32),
            );
        }
        canvas.disc(x, y, size * 0.32, [246, 200, 70]);
        canvas.disc(x, y, size * 0.2, [222, 156, 44]);
    }
}

pub(super) fn cat(canvas: &mut Canvas, random: &mut Random) {
    let (width, height) = canvas.size();
    let wall = hsl(random.float(0.0, 360.0) as f32, 0.25, 0.78);
    canvas.gradient(0.0, 0.7, wall, blend(wall, [255, 255, 255], 0.25));
    canvas.rect(width * 0.06, height * 0.06, width * 0.3, height * 0.44, [250, 250, 250], 1.0);
    canvas.rect(width * 0.075, height * 0.085, width * 0.27, height * 0.39, [150, 200, 232], 1.0);
    canvas.rect(width * 0.205, height * 0.085, width * 0.012, height * 0.39, [250, 250, 250], 1.0);
    let rug = hsl(random.float(0.0, 360.0) as f32, 0.45, 0.45);
    canvas.gradient(0.7, 1.0, rug, blend(rug, [10, 10, 20], 0.35));
    let fur = *random.pick(&[[224, 150, 78], [120, 116, 118], [52, 50, 54], [232, 222, 206], [170, 130, 96]]);
    let light = blend(fur, [255, 250, 240], 0.65);
    let (cx, cy, r) = (width * random.float(0.45, 0.62) as f32, height * 0.45, height.min(width) * 0.2);
    canvas.ellipse(cx, cy + r * 1.7, r * 1.15, r * 1.3, fur, 1.0);
    canvas.ellipse(cx, cy + r * 1.9, r * 0.6, r * 0.95, light, 1.0);
    canvas.ellipse(cx + r * 1.35, cy + r * 2.2, r * 0.9, r * 0.2, fur, 1.0);
    for side in [-1.0f32, 1.0] {
        let ear = |size: f32| {
            [
                (cx + side * r * 0.85, cy - r * (0.55 + 0.75 * size)),
                (cx + side * r * 0.2, cy - r * 0.7),
                (cx + side * r * 0.95, cy - r * 0.1),
            ]
        };
        canvas.polygon(&ear(1.0), fur, 1.0);
        canvas.polygon(&ear(0.6), [240, 170, 170], 0.8);
    }
    canvas.ellipse(cx, cy, r * 1.05, r * 0.92, fur, 1.0);
    for stripe in -1..=1 {
        let x = cx + stripe as f32 * r * 0.26;
        canvas.stroke((x, cy - r * 0.86), (x, cy - r * 0.5), r * 0.09, blend(fur, [30, 20, 16], 0.45));
    }
    let eyes = *random.pick(&[[120, 180, 70], [90, 160, 210], [220, 170, 50]]);
    for side in [-1.0f32, 1.0] {
        let x = cx + side * r * 0.42;
        canvas.ellipse(x, cy - r * 0.08, r * 0.2, r * 0.22, [250, 250, 246], 1.0);
        canvas.ellipse(x, cy - r * 0.08, r * 0.17, r * 0.2, eyes, 1.0);
        canvas.ellipse(x, cy - r * 0.08, r * 0.06, r * 0.18, [16, 16, 16], 1.0);
        canvas.disc(x + r * 0.06, cy - r * 0.16, r * 0.04, [255, 255, 255]);
        canvas.ellipse(cx + side * r * 0.2, cy + r * 0.36, r * 0.27, r * 0.2, light, 1.0);
        for whisker in -1..=1 {
            let foot = (cx + side * r * 0.3, cy + r * 0.36);
            canvas.stroke(foot, (cx + side * r * 1.35, cy + r * (0.36 + 0.16 * whisker as f32)), 2.5, [250, 250, 250]);
        }
        canvas.ellipse(cx + side * r * 0.45, cy + r * 2.85, r * 0.36, r * 0.22, light, 1.0);
    }
    canvas.polygon(
        &[(cx - r * 0.12, cy + r * 0.18), (cx + r * 0.12, cy + r * 0.18), (cx, cy + r * 0.32)],
        [214, 110, 116],
        1.0,
    );
}

pub(super) fn party(canvas: &mut Canvas, random: &mut Random) {
    let (width, height) = canvas.size();
    let hue = random.float(0.0, 360.0) as f32;
    canvas.gradient(0.0, 1.0, hsl(hue, 0.4, 0.82), hsl(hue + 30.0, 0.4, 0.6));
    for line in 0..2 {
        let y = height * (0.08 + 0.1 * line as f32);
        for flag in 0..16 {
            let x = width * (flag as f32 + 0.2 + 0.4 * line as f32) / 16.0;
            let sag = ((flag as f32 / 15.0) * std::f32::consts::PI).sin() * height * 0.06;
            canvas.polygon(
                &[(x, y + sag), (x + width * 0.045, y + sag), (x + width * 0.022, y + sag + height * 0.075)],
                hsl(flag as f32 * 67.0 + hue, 0.65, 0.6),
                1.0,
            );
        }
    }
    for _ in 0..random.between(5, 10) {
        let (x, y, r) = (
            random.float(0.05, 0.95) as f32 * width,
            height * random.float(0.24, 0.5) as f32,
            height * random.float(0.05, 0.085) as f32,
        );
        let color = hsl(random.float(0.0, 360.0) as f32, 0.7, 0.58);
        canvas.stroke((x, y + r), (x + random.float(-20.0, 20.0) as f32, y + r * 4.5), 2.0, [240, 240, 240]);
        canvas.ellipse(x, y, r * 0.86, r * 1.1, color, 1.0);
        canvas.ellipse(x - r * 0.3, y - r * 0.45, r * 0.18, r * 0.28, [255, 255, 255], 0.7);
    }
    for guest in 0..random.between(3, 5) {
        let x = width * (0.14 + 0.2 * guest as f32 + random.float(-0.03, 0.03) as f32);
        let y = height * random.float(0.6, 0.68) as f32;
        person(canvas, random, x, y, height * 0.1);
    }
    canvas.gradient(0.93, 1.0, [246, 240, 232], [210, 200, 190]);
}

pub(super) fn portrait(size: usize, random: &mut Random) -> Canvas {
    let hue = random.float(0.0, 360.0) as f32;
    let mut canvas = Canvas::new(size, size, [0; 3]);
    canvas.gradient(0.0, 1.0, hsl(hue, 0.45, 0.8), hsl(hue + 25.0, 0.45, 0.55));
    let side = size as f32;
    person(&mut canvas, random, side * 0.5, side * 0.45, side * 0.22);
    canvas.grain(random, 3);
    canvas
}

/// Head and shoulders.
fn person(canvas: &mut Canvas, random: &mut Random, x: f32, y: f32, r: f32) {
    let (skin, hair) = (*random.pick(&SKIN), *random.pick(&HAIR));
    let shirt = hsl(random.float(0.0, 360.0) as f32, 0.5, random.float(0.35, 0.65) as f32);
    let long = random.percent(45);
    let eyes = *random.pick(&[[70, 44, 30], [60, 100, 140], [70, 110, 70], [30, 24, 22]]);
    if long {
        canvas.ellipse(x, y + r * 0.35, r * 1.12, r * 1.5, hair, 1.0);
    }
    canvas.ellipse(x, y + r * 2.9, r * 1.8, r * 1.75, shirt, 1.0);
    canvas.rect(x - r * 0.3, y + r * 0.7, r * 0.6, r * 0.7, blend(skin, [90, 50, 40], 0.15), 1.0);
    canvas.ellipse(x, y + r * 1.32, r * 0.42, r * 0.26, blend(skin, [90, 50, 40], 0.15), 1.0);
    canvas.ellipse(x, y - r * 0.22, r * 0.98, r, hair, 1.0);
    canvas.ellipse(x, y + r * 0.12, r * 0.84, r * 0.98, skin, 1.0);
    canvas.polygon(
        &[
            (x - r * 0.86, y - r * 0.1),
            (x - r * 0.5, y - r * 0.85),
            (x + r * 0.6, y - r * 0.85),
            (x + r * 0.86, y - r * 0.1),
            (x + r * random.float(-0.3, 0.4) as f32, y - r * 0.42),
        ],
        hair,
        1.0,
    );
    for side in [-1.0f32, 1.0] {
        canvas.ellipse(x + side * r * 0.34, y + r * 0.1, r * 0.13, r * 0.1, [252, 252, 250], 1.0);
        canvas.disc(x + side * r * 0.34, y + r * 0.1, r * 0.085, eyes);
        canvas.stroke((x + side * r * 0.2, y - r * 0.12), (x + side * r * 0.5, y - r * 0.1), r * 0.06, hair);
        canvas.ellipse(x + side * r * 0.48, y + r * 0.45, r * 0.16, r * 0.11, [232, 110, 100], 0.3);
    }
    canvas.stroke((x, y + r * 0.2), (x - r * 0.05, y + r * 0.42), r * 0.05, blend(skin, [90, 50, 40], 0.35));
    canvas.ellipse(x, y + r * 0.64, r * 0.3, r * 0.15, [176, 60, 62], 1.0);
    canvas.ellipse(x, y + r * 0.57, r * 0.33, r * 0.12, skin, 1.0);
    if random.percent(25) {
        for side in [-1.0f32, 1.0] {
            canvas.stroke(
                (x + side * r * 0.14, y + r * 0.3),
                (x + side * r * 0.54, y + r * 0.3),
                r * 0.05,
                [40, 40, 46],
            );
            canvas.stroke(
                (x + side * r * 0.14, y - r * 0.06),
                (x + side * r * 0.54, y - r * 0.06),
                r * 0.05,
                [40, 40, 46],
            );
            canvas.stroke(
                (x + side * r * 0.14, y - r * 0.06),
                (x + side * r * 0.14, y + r * 0.3),
                r * 0.05,
                [40, 40, 46],
            );
            canvas.stroke(
                (x + side * r * 0.54, y - r * 0.06),
                (x + side * r * 0.54, y + r * 0.3),
                r * 0.05,
                [40, 40, 46],
            );
        }
    }
}
