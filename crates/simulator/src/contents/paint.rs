//! A canvas with soft edges: what the made-up photos, icons and faces are drawn on.

use super::random::Random;

pub(crate) type Color = [u8; 3];

/// RGB pixels, eight bits each.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Canvas {
    pub fn new(width: usize, height: usize, color: Color) -> Canvas {
        Canvas { width, height, pixels: color.repeat(width * height) }
    }

    /// Width and height as numbers to draw with.
    pub fn size(&self) -> (f32, f32) {
        (self.width as f32, self.height as f32)
    }

    /// Fills rows `from..to` (parts of the height) from one color to another.
    pub fn gradient(&mut self, from: f32, to: f32, top: Color, bottom: Color) {
        let height = self.height as f32;
        let (first, last) = ((from * height) as usize, ((to * height) as usize).min(self.height));
        for y in first..last {
            let part = (y - first) as f32 / (last - first).max(1) as f32;
            let row = blend(top, bottom, part).repeat(self.width);
            self.pixels[y * self.width * 3..(y + 1) * self.width * 3].copy_from_slice(&row);
        }
    }

    fn mix(&mut self, x: usize, y: usize, color: Color, alpha: f32) {
        let at = (y * self.width + x) * 3;
        let weight = (alpha.clamp(0.0, 1.0) * 256.0) as i32;
        for (pixel, wanted) in self.pixels[at..at + 3].iter_mut().zip(color) {
            *pixel = (i32::from(*pixel) + (((i32::from(wanted) - i32::from(*pixel)) * weight) >> 8)) as u8;
        }
    }

    /// One row from `left` to `right`, with soft ends.
    fn span(&mut self, y: usize, left: f32, right: f32, color: Color, alpha: f32) {
        let (left, right) = (left.max(0.0), right.min(self.width as f32));
        if right <= left {
            return;
        }
        let (first, last) = (left.floor() as usize, (right.ceil() as usize).min(self.width));
        for x in first..last {
            let cover = (right.min(x as f32 + 1.0) - left.max(x as f32)).clamp(0.0, 1.0);
            self.mix(x, y, color, cover * alpha);
        }
    }

    pub fn ellipse(&mut self, cx: f32, cy: f32, rx: f32, ry: f32, color: Color, alpha: f32) {
        let rows = (cy - ry).floor().max(0.0) as usize..((cy + ry).ceil().max(0.0) as usize).min(self.height);
        for y in rows {
            let dy = (y as f32 + 0.5 - cy) / ry;
            if dy.abs() < 1.0 {
                let half = rx * (1.0 - dy * dy).sqrt();
                self.span(y, cx - half, cx + half, color, alpha);
            }
        }
    }

    pub fn disc(&mut self, cx: f32, cy: f32, radius: f32, color: Color) {
        self.ellipse(cx, cy, radius, radius, color, 1.0);
    }

    /// A light that fades out towards its edge.
    pub fn glow(&mut self, cx: f32, cy: f32, radius: f32, color: Color, strength: f32) {
        let columns = (cx - radius).max(0.0) as usize..((cx + radius).max(0.0) as usize).min(self.width);
        for y in (cy - radius).max(0.0) as usize..((cy + radius).max(0.0) as usize).min(self.height) {
            let dy = y as f32 - cy;
            for x in columns.clone() {
                let dx = x as f32 - cx;
                let near = 1.0 - (dx * dx + dy * dy) / (radius * radius);
                if near > 0.0 {
                    self.mix(x, y, color, near * near * strength);
                }
            }
        }
    }

    pub fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, color: Color, alpha: f32) {
        for row in y.max(0.0) as usize..((y + height).max(0.0) as usize).min(self.height) {
            self.span(row, x, x + width, color, alpha);
        }
    }

    /// A filled shape (even-odd), soft left and right.
    pub fn polygon(&mut self, points: &[(f32, f32)], color: Color, alpha: f32) {
        let top = points.iter().map(|p| p.1).fold(f32::MAX, f32::min).max(0.0) as usize;
        let bottom = (points.iter().map(|p| p.1).fold(0.0, f32::max).ceil() as usize).min(self.height);
        let mut crossings = Vec::new();
        for y in top..bottom {
            let line = y as f32 + 0.5;
            crossings.clear();
            for (index, a) in points.iter().enumerate() {
                let b = points[(index + 1) % points.len()];
                if (a.1 <= line) != (b.1 <= line) {
                    crossings.push(a.0 + (line - a.1) / (b.1 - a.1) * (b.0 - a.0));
                }
            }
            crossings.sort_by(f32::total_cmp);
            for pair in crossings.chunks_exact(2) {
                self.span(y, pair[0], pair[1], color, alpha);
            }
        }
    }

    /// Everything below a line of heights (parts of the height, from the top), fading towards `foot`.
    pub fn ridge(&mut self, line: impl Fn(f32) -> f32, color: Color, foot: Color) {
        let (width, height) = self.size();
        let tops: Vec<f32> = (0..self.width).map(|x| line(x as f32 / width) * height).collect();
        let highest = tops.iter().copied().fold(f32::MAX, f32::min).max(0.0);
        for y in highest as usize..self.height {
            let shade = blend(color, foot, (y as f32 - highest) / (height - highest).max(1.0));
            for (x, top) in tops.iter().enumerate() {
                let cover = y as f32 + 1.0 - top;
                if cover > 0.0 {
                    self.mix(x, y, shade, cover);
                }
            }
        }
    }

    /// A line from one point to another.
    pub fn stroke(&mut self, from: (f32, f32), to: (f32, f32), thick: f32, color: Color) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt().max(0.001);
        let (nx, ny) = (-dy / length * thick / 2.0, dx / length * thick / 2.0);
        let corners =
            [(from.0 + nx, from.1 + ny), (to.0 + nx, to.1 + ny), (to.0 - nx, to.1 - ny), (from.0 - nx, from.1 - ny)];
        self.polygon(&corners, color, 1.0);
    }

    /// Film grain, so that flat skies look like a camera saw them.
    pub fn grain(&mut self, random: &mut Random, strength: i32) {
        for chunk in self.pixels.chunks_mut(24) {
            let bits = random.next();
            for (index, pixel) in chunk.chunks_mut(3).enumerate() {
                let noise = ((bits >> (index * 8)) & 0xff) as i32 * strength / 128 - strength;
                for value in pixel {
                    *value = (i32::from(*value) + noise).clamp(0, 255) as u8;
                }
            }
        }
    }

    /// The picture turned a quarter counter-clockwise, as a camera held upright stores it (Exif orientation 6 turns it back).
    pub fn on_its_side(&self) -> Canvas {
        let mut turned = Canvas::new(self.height, self.width, [0; 3]);
        for y in 0..self.height {
            for x in 0..self.width {
                let (from, to) = ((y * self.width + x) * 3, ((self.width - 1 - x) * self.height + y) * 3);
                turned.pixels[to..to + 3].copy_from_slice(&self.pixels[from..from + 3]);
            }
        }
        turned
    }

    /// A smaller picture, each pixel the mean of the ones it covers.
    pub fn scaled(&self, width: usize, height: usize) -> Canvas {
        let mut small = Canvas::new(width, height, [0; 3]);
        for y in 0..height {
            let rows = y * self.height / height..((y + 1) * self.height / height).max(y * self.height / height + 1);
            for x in 0..width {
                let columns = x * self.width / width..((x + 1) * self.width / width).max(x * self.width / width + 1);
                let (mut sum, mut count) = ([0u32; 3], 0);
                for from in rows.clone().step_by(2) {
                    for column in columns.clone().step_by(2) {
                        let at = (from * self.width + column) * 3;
                        sum.iter_mut().zip(&self.pixels[at..at + 3]).for_each(|(sum, value)| *sum += u32::from(*value));
                        count += 1;
                    }
                }
                let at = (y * width + x) * 3;
                small.pixels[at..at + 3].iter_mut().zip(sum).for_each(|(pixel, sum)| *pixel = (sum / count) as u8);
            }
        }
        small
    }

    /// The picture as PNG.
    pub fn png(&self) -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        let encoder = image::codecs::png::PngEncoder::new(&mut out);
        let (width, height) = (self.width as u32, self.height as u32);
        let written =
            image::ImageEncoder::write_image(encoder, &self.pixels, width, height, image::ExtendedColorType::Rgb8);
        // The buffer has exactly the length the size asks for, and memory takes every write.
        written.expect("a canvas is a valid picture");
        out.into_inner()
    }
}

/// A color between two.
pub(crate) fn blend(from: Color, to: Color, part: f32) -> Color {
    let weight = (part.clamp(0.0, 1.0) * 256.0) as i32;
    let one = |index: usize| {
        (i32::from(from[index]) + (((i32::from(to[index]) - i32::from(from[index])) * weight) >> 8)) as u8
    };
    [one(0), one(1), one(2)]
}

/// A color of the wheel: hue 0 to 360, saturation and lightness 0 to 1.
pub(crate) fn hsl(hue: f32, saturation: f32, lightness: f32) -> Color {
    let reach = saturation * lightness.min(1.0 - lightness);
    let one = |offset: f32| {
        let k = (offset + hue.rem_euclid(360.0) / 30.0) % 12.0;
        ((lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)) * 255.0) as u8
    };
    [one(0.0), one(8.0), one(4.0)]
}
