//! Landscapes.

use crate::contents::paint::{Canvas, Color, blend, hsl};
use crate::contents::random::Random;

/// A smooth line of hills: a few waves on top of each other. Heights are parts of the picture, from the top.
fn waves(random: &mut Random, middle: f32, size: f32, busy: f32) -> impl Fn(f32) -> f32 + use<> {
    let parts: Vec<(f32, f32, f32)> = (0..5)
        .map(|octave| {
            let pitch = busy * 1.9f32.powi(octave) * random.float(0.8, 1.3) as f32;
            (pitch, random.float(0.0, std::f64::consts::TAU) as f32, size * 0.55f32.powi(octave))
        })
        .collect();
    move |x| middle - parts.iter().map(|(pitch, shift, size)| (x * pitch + shift).sin() * size).sum::<f32>()
}

/// A jagged line of peaks.
fn peaks(random: &mut Random, middle: f32, size: f32, count: usize) -> impl Fn(f32) -> f32 + use<> {
    let mut points = vec![middle + size * 0.4];
    for _ in 0..count {
        points.push(middle - size * random.float(0.3, 1.0) as f32);
        points.push(middle + size * random.float(0.0, 0.5) as f32);
    }
    let rough = waves(random, 0.0, size * 0.05, 30.0);
    move |x| {
        let at = x * (points.len() - 1) as f32;
        let index = (at as usize).min(points.len() - 2);
        points[index] + (points[index + 1] - points[index]) * (at - index as f32) + rough(x)
    }
}

/// A sky of one of several hours; returns the color of the haze at its foot.
fn sky(canvas: &mut Canvas, random: &mut Random, foot: f32) -> Color {
    let skies: [(Color, Color, Color); 6] = [
        ([58, 123, 201], [188, 220, 245], [255, 250, 226]),
        ([88, 74, 140], [255, 176, 124], [255, 226, 170]),
        ([32, 68, 130], [250, 196, 150], [255, 232, 190]),
        ([110, 170, 220], [232, 240, 244], [255, 255, 246]),
        ([60, 50, 96], [240, 128, 112], [255, 200, 150]),
        ([70, 150, 190], [205, 236, 228], [255, 252, 230]),
    ];
    let (top, bottom, sun) = *random.pick(&skies);
    canvas.gradient(0.0, foot, top, bottom);
    let (width, height) = canvas.size();
    let (x, y) = (random.float(0.15, 0.85) as f32 * width, foot * height * random.float(0.35, 0.8) as f32);
    canvas.glow(x, y, width * 0.35, sun, 0.6);
    canvas.disc(x, y, width * random.float(0.025, 0.05) as f32, sun);
    clouds(canvas, random, foot);
    bottom
}

fn clouds(canvas: &mut Canvas, random: &mut Random, foot: f32) {
    let (width, height) = canvas.size();
    for _ in 0..random.between(0, 5) {
        let (x, y) = (random.float(-0.1, 1.0) as f32 * width, random.float(0.05, 0.6) as f32 * foot * height);
        for _ in 0..7 {
            let (dx, dy) = (random.float(-0.1, 0.1) as f32 * width, random.float(-0.012, 0.012) as f32 * height);
            let reach = random.float(0.04, 0.1) as f32 * width;
            canvas.ellipse(x + dx, y + dy, reach, reach * 0.22, [255, 255, 255], 0.22);
        }
    }
}

pub(super) fn mountains(canvas: &mut Canvas, random: &mut Random) {
    let haze = sky(canvas, random, 0.75);
    let rock = hsl(random.float(190.0, 270.0) as f32, 0.25, 0.28);
    for layer in 0..3 {
        let near = layer as f32 / 3.0;
        let middle = 0.42 + near * 0.2;
        let line = peaks(random, middle, 0.24 - near * 0.08, 3 + layer * 2);
        let color = blend(blend(haze, rock, 0.35), rock, near);
        if layer == 0 {
            // Snow where the farthest range is highest.
            canvas.ridge(&line, blend([255, 255, 255], haze, 0.15), blend(color, haze, 0.3));
            let shade = waves(random, middle - 0.05, 0.02, 24.0);
            canvas.ridge(move |x| line(x).max(shade(x)), color, blend(color, haze, 0.4));
        } else {
            canvas.ridge(line, color, blend(color, haze, 0.5));
        }
    }
    let meadow = hsl(random.float(80.0, 150.0) as f32, 0.4, 0.3);
    let line = waves(random, 0.8, 0.02, 4.0);
    canvas.ridge(line, meadow, blend(meadow, [10, 30, 20], 0.5));
    for _ in 0..random.between(4, 14) {
        let (x, y, tall) = (random.fraction() as f32, random.float(0.8, 0.96) as f32, random.float(0.06, 0.14) as f32);
        fir(canvas, x, y, tall, blend(meadow, [8, 26, 22], 0.75));
    }
}

/// A fir: three triangles on a trunk.
fn fir(canvas: &mut Canvas, x: f32, foot: f32, tall: f32, color: Color) {
    let (width, height) = canvas.size();
    let (x, foot, tall) = (x * width, foot * height, tall * height);
    canvas.rect(x - tall * 0.03, foot - tall * 0.15, tall * 0.06, tall * 0.15, [70, 50, 40], 1.0);
    for step in 0..3 {
        let (base, half) = (foot - tall * (0.1 + 0.25 * step as f32), tall * (0.28 - 0.06 * step as f32));
        canvas.polygon(&[(x, base - tall * 0.42), (x - half, base), (x + half, base)], color, 1.0);
    }
}

pub(super) fn sea(canvas: &mut Canvas, random: &mut Random) {
    let haze = sky(canvas, random, 0.55);
    let (width, height) = canvas.size();
    let water = hsl(random.float(170.0, 220.0) as f32, 0.55, 0.36);
    canvas.gradient(0.55, 0.86, blend(water, haze, 0.55), water);
    for _ in 0..220 {
        let down = random.fraction() as f32;
        let (x, y) = (random.fraction() as f32 * width, height * (0.56 + down * 0.28));
        let long = width * (0.01 + down * 0.05);
        canvas.ellipse(x, y, long, 1.0 + down * 2.5, blend(haze, [255, 255, 255], 0.5), 0.25);
    }
    for _ in 0..random.between(0, 3) {
        let (x, y, size) = (
            random.float(0.1, 0.9) as f32 * width,
            height * random.float(0.57, 0.64) as f32,
            width * random.float(0.02, 0.05) as f32,
        );
        canvas.polygon(&[(x, y - size * 2.0), (x, y), (x + size, y)], [250, 246, 238], 1.0);
        canvas.polygon(
            &[(x - size * 0.1, y - size * 1.6), (x - size * 0.1, y), (x - size * 0.7, y)],
            hsl(random.float(0.0, 360.0) as f32, 0.6, 0.6),
            1.0,
        );
        canvas.polygon(
            &[
                (x - size, y + size * 0.1),
                (x + size * 1.2, y + size * 0.1),
                (x + size * 0.8, y + size * 0.4),
                (x - size * 0.6, y + size * 0.4),
            ],
            [96, 60, 44],
            1.0,
        );
    }
    let sand = hsl(random.float(32.0, 46.0) as f32, 0.5, 0.72);
    let foam = waves(random, 0.84, 0.012, 7.0);
    canvas.ridge(|x| foam(x) - 0.012, [248, 252, 252], sand);
    canvas.ridge(foam, sand, blend(sand, [150, 110, 70], 0.35));
    for _ in 0..random.between(1, 3) {
        let (x, y, size) = (
            random.float(0.1, 0.9) as f32 * width,
            height * random.float(0.9, 0.96) as f32,
            width * random.float(0.06, 0.1) as f32,
        );
        let hue = random.float(0.0, 360.0) as f32;
        canvas.stroke((x, y - size), (x + size * 0.1, y), size * 0.05, [230, 224, 210]);
        for stripe in 0..6 {
            let color = if stripe % 2 == 0 { hsl(hue, 0.7, 0.58) } else { [252, 250, 244] };
            let (left, right) = (x - size + size * stripe as f32 / 3.0, x - size + size * (stripe + 1) as f32 / 3.0);
            canvas.polygon(&[(x, y - size * 1.7), (left, y - size), (right, y - size)], color, 1.0);
        }
    }
}

pub(super) fn skyline(canvas: &mut Canvas, random: &mut Random) {
    let night = random.percent(55);
    let (width, height) = canvas.size();
    let haze = if night {
        canvas.gradient(0.0, 1.0, [14, 18, 46], [96, 66, 110]);
        for _ in 0..120 {
            let (x, y) = (random.fraction() as f32 * width, random.fraction() as f32 * height * 0.6);
            canvas.disc(x, y, random.float(0.5, 1.6) as f32, [230, 230, 255]);
        }
        [96, 66, 110]
    } else {
        sky(canvas, random, 1.0)
    };
    for layer in 0..3 {
        let near = layer as f32 / 2.0;
        let wall = blend(haze, if night { [16, 18, 34] } else { [70, 84, 110] }, 0.3 + near * 0.6);
        let mut x = -random.fraction() as f32 * 0.05;
        while x < 1.0 {
            let (wide, tall) = (random.float(0.05, 0.12) as f32, random.float(0.18, 0.5) as f32 * (1.15 - near * 0.45));
            let (left, top) = (x * width, height * (0.92 - tall));
            canvas.rect(left, top, wide * width, height - top, wall, 1.0);
            if random.percent(25) {
                canvas.stroke(
                    (left + wide * width / 2.0, top - height * 0.07),
                    (left + wide * width / 2.0, top),
                    3.0,
                    wall,
                );
            }
            let lit = if night { [255, 214, 130] } else { blend(wall, [225, 240, 255], 0.5) };
            let step = width * 0.0145;
            for row in 0..((height * 0.92 - top) / (step * 1.5)) as usize {
                for column in 0..(wide * width / step) as usize {
                    if random.percent(if night { 38 } else { 60 }) {
                        let (wx, wy) = (left + (column as f32 + 0.25) * step, top + (row as f32 + 0.5) * step * 1.5);
                        canvas.rect(wx, wy, step * 0.5, step * 0.8, lit, 0.35 + near * 0.55);
                    }
                }
            }
            x += wide + random.float(0.0, 0.02) as f32;
        }
    }
    canvas.gradient(0.92, 1.0, blend(haze, [10, 14, 30], 0.6), [12, 14, 28]);
    for _ in 0..60 {
        let (x, y) = (random.fraction() as f32 * width, height * random.float(0.93, 0.995) as f32);
        canvas.ellipse(x, y, width * 0.015, 1.5, if night { [255, 204, 120] } else { haze }, 0.5);
    }
}

pub(super) fn forest(canvas: &mut Canvas, random: &mut Random) {
    let haze = sky(canvas, random, 0.8);
    let hue = random.float(95.0, 185.0) as f32;
    for layer in 0..5 {
        let near = layer as f32 / 4.0;
        let color = blend(haze, hsl(hue, 0.35, 0.14), 0.25 + near * 0.75);
        let line = waves(random, 0.5 + near * 0.36, 0.03, 3.0);
        for _ in 0..(70 - layer * 12) {
            let x = random.fraction() as f32;
            fir(canvas, x, line(x) + 0.03, random.float(0.08, 0.14) as f32 * (0.7 + near * 1.3), color);
        }
        canvas.ridge(line, color, blend(color, haze, 0.25 * (1.0 - near)));
    }
}

pub(super) fn balloons(canvas: &mut Canvas, random: &mut Random) {
    sky(canvas, random, 0.8);
    let (width, height) = canvas.size();
    for layer in 0..3 {
        let line = waves(random, 0.68 + layer as f32 * 0.1, 0.035, 3.5);
        let field = hsl(random.float(45.0, 130.0) as f32, 0.42, 0.5 - layer as f32 * 0.1);
        canvas.ridge(line, field, blend(field, [30, 50, 20], 0.4));
    }
    for index in 0..random.between(3, 8) {
        let size = width * random.float(0.025, if index == 0 { 0.12 } else { 0.07 }) as f32;
        let (x, y) = (random.float(0.08, 0.92) as f32 * width, height * random.float(0.1, 0.55) as f32);
        let hue = random.float(0.0, 360.0) as f32;
        for stripe in 0..5 {
            let color = if stripe % 2 == 0 { hsl(hue, 0.7, 0.55) } else { hsl(hue + 45.0, 0.8, 0.68) };
            canvas.ellipse(x, y, size * (1.0 - stripe as f32 * 0.21), size * 1.12, color, 1.0);
        }
        canvas.polygon(
            &[
                (x - size * 0.62, y + size * 0.85),
                (x + size * 0.62, y + size * 0.85),
                (x + size * 0.16, y + size * 1.45),
                (x - size * 0.16, y + size * 1.45),
            ],
            hsl(hue, 0.6, 0.42),
            1.0,
        );
        canvas.rect(x - size * 0.15, y + size * 1.6, size * 0.3, size * 0.24, [110, 74, 48], 1.0);
    }
}

pub(super) fn dunes(canvas: &mut Canvas, random: &mut Random) {
    let haze = sky(canvas, random, 0.7);
    let hue = random.float(18.0, 42.0) as f32;
    for layer in 0..4 {
        let near = layer as f32 / 3.0;
        let line = waves(random, 0.5 + near * 0.3, 0.06, 2.2 + near);
        let light = blend(haze, hsl(hue, 0.6, 0.6), 0.5 + near * 0.5);
        canvas.ridge(line, light, hsl(hue - 8.0, 0.5, 0.3 + 0.1 * (1.0 - near)));
    }
    let (width, height) = canvas.size();
    for step in 0..random.between(0, 5) {
        let (x, y) = (width * (0.3 + 0.09 * step as f32), height * (0.83 + 0.004 * (step % 2) as f32));
        let dark = [70, 44, 30];
        canvas.ellipse(x, y, width * 0.024, height * 0.016, dark, 1.0);
        canvas.disc(x, y - height * 0.016, height * 0.013, dark);
        canvas.stroke((x + width * 0.02, y), (x + width * 0.034, y - height * 0.035), 6.0, dark);
        canvas.ellipse(x + width * 0.037, y - height * 0.038, 9.0, 5.0, dark, 1.0);
        for leg in [-0.014, -0.006, 0.007, 0.015] {
            canvas.stroke((x + width * leg, y), (x + width * leg, y + height * 0.045), 3.5, dark);
        }
    }
}

pub(super) fn houses(canvas: &mut Canvas, random: &mut Random) {
    let haze = sky(canvas, random, 0.85);
    let (width, height) = canvas.size();
    let mut x = 0.0;
    while x < 1.0 {
        let (wide, tall) = (random.float(0.11, 0.17) as f32, random.float(0.4, 0.58) as f32);
        let wall = hsl(random.float(0.0, 360.0) as f32, 0.48, random.float(0.55, 0.72) as f32);
        let (left, top, right) = (x * width, height * (0.82 - tall), (x + wide) * width);
        let roof = *random.pick(&[[148, 74, 58], [92, 70, 74], [170, 96, 62]]);
        canvas.polygon(&[(left, top), ((left + right) / 2.0, top - height * 0.09), (right, top)], roof, 1.0);
        canvas.rect(left, top, right - left, height * 0.82 - top, wall, 1.0);
        let (cell, rows) = ((right - left) / 3.0, (tall * 7.0) as usize);
        for row in 0..rows {
            for column in 0..3 {
                let (wx, wy) = (left + cell * (column as f32 + 0.26), top + height * (0.03 + 0.12 * row as f32));
                canvas.rect(wx - 3.0, wy - 3.0, cell * 0.48 + 6.0, height * 0.07 + 6.0, [248, 246, 240], 1.0);
                canvas.rect(
                    wx,
                    wy,
                    cell * 0.48,
                    height * 0.07,
                    if random.percent(20) { [255, 226, 150] } else { [92, 116, 140] },
                    1.0,
                );
            }
        }
        canvas.rect(
            left + cell * 1.2,
            height * 0.75,
            cell * 0.6,
            height * 0.07,
            hsl(random.float(0.0, 360.0) as f32, 0.5, 0.3),
            1.0,
        );
        x += wide;
    }
    canvas.gradient(0.82, 0.86, [150, 142, 134], [118, 110, 106]);
    let water = blend(haze, [36, 84, 110], 0.7);
    canvas.gradient(0.86, 1.0, water, blend(water, [10, 30, 50], 0.5));
    for _ in 0..140 {
        let (x, y) = (random.fraction() as f32 * width, height * random.float(0.87, 0.995) as f32);
        canvas.ellipse(x, y, width * 0.03, 1.8, hsl(random.float(0.0, 360.0) as f32, 0.4, 0.7), 0.3);
    }
}

pub(super) fn northern(canvas: &mut Canvas, random: &mut Random) {
    canvas.gradient(0.0, 1.0, [6, 10, 30], [24, 46, 66]);
    let (width, height) = canvas.size();
    for _ in 0..260 {
        let (x, y) = (random.fraction() as f32 * width, random.fraction() as f32 * height * 0.75);
        canvas.disc(x, y, random.float(0.5, 1.8) as f32, [226, 232, 255]);
    }
    let hue = random.float(120.0, 180.0) as f32;
    for band in 0..3 {
        let line = waves(random, 0.3 + band as f32 * 0.09, 0.08, 4.0);
        for column in 0..90 {
            let x = column as f32 / 90.0;
            let (foot, tall) = (line(x), random.float(0.16, 0.3) as f32);
            for step in 0..10 {
                let part = step as f32 / 10.0;
                canvas.rect(
                    x * width,
                    (foot - tall * part) * height,
                    width / 80.0,
                    tall * height / 9.0,
                    hsl(hue + part * 110.0, 0.75, 0.5),
                    0.16 * (1.0 - part),
                );
            }
        }
    }
    let line = peaks(random, 0.8, 0.14, 4);
    canvas.ridge(line, [16, 24, 38], [8, 12, 20]);
    for _ in 0..40 {
        let x = random.fraction() as f32;
        fir(canvas, x, random.float(0.93, 1.02) as f32, random.float(0.1, 0.2) as f32, [5, 10, 14]);
    }
}
