//! The pictures on the phone: a dozen kinds of scene, each drawn differently every time.

mod land;
mod life;
mod screen;

use super::paint::Canvas;
use super::random::Random;

pub(crate) use screen::{screenshot, wallpaper};

/// A sort of scene. The order is part of what a seed means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    Mountains,
    Sea,
    Skyline,
    Forest,
    Balloons,
    Dunes,
    Houses,
    Northern,
    Plate,
    Flowers,
    Cat,
    Party,
}

impl Scene {
    pub const ALL: [Scene; 12] = [
        Scene::Mountains,
        Scene::Plate,
        Scene::Sea,
        Scene::Cat,
        Scene::Skyline,
        Scene::Flowers,
        Scene::Forest,
        Scene::Party,
        Scene::Balloons,
        Scene::Houses,
        Scene::Dunes,
        Scene::Northern,
    ];

    /// Draws it.
    pub fn draw(self, width: usize, height: usize, random: &mut Random) -> Canvas {
        let mut canvas = Canvas::new(width, height, [128; 3]);
        match self {
            Scene::Mountains => land::mountains(&mut canvas, random),
            Scene::Sea => land::sea(&mut canvas, random),
            Scene::Skyline => land::skyline(&mut canvas, random),
            Scene::Forest => land::forest(&mut canvas, random),
            Scene::Balloons => land::balloons(&mut canvas, random),
            Scene::Dunes => land::dunes(&mut canvas, random),
            Scene::Houses => land::houses(&mut canvas, random),
            Scene::Northern => land::northern(&mut canvas, random),
            Scene::Plate => life::plate(&mut canvas, random),
            Scene::Flowers => life::flowers(&mut canvas, random),
            Scene::Cat => life::cat(&mut canvas, random),
            Scene::Party => life::party(&mut canvas, random),
        }
        canvas.grain(random, 5);
        canvas
    }
}

/// A small portrait for a contact card: a friendly face before a plain wall.
pub(crate) fn portrait(size: usize, random: &mut Random) -> Canvas {
    life::portrait(size, random)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws one of each into the folder named by `HEIRLOOM_DRAW`, for eyes.
    #[test]
    fn every_scene_fills_its_canvas() {
        let folder = std::env::var_os("HEIRLOOM_DRAW").map(std::path::PathBuf::from);
        for (index, scene) in Scene::ALL.into_iter().enumerate() {
            let canvas = scene.draw(400, 300, &mut Random::of(1, &[index as u64]));
            assert_eq!(canvas.pixels.len(), 400 * 300 * 3, "{scene:?}");
            let mut colors: Vec<&[u8]> = canvas.pixels.chunks(3).step_by(97).collect();
            colors.sort_unstable();
            colors.dedup();
            assert!(colors.len() > 100, "{scene:?} has only {} colors", colors.len());
            if let Some(folder) = &folder {
                let large = scene.draw(1200, 900, &mut Random::of(1, &[index as u64]));
                std::fs::write(folder.join(format!("{index:02}-{scene:?}.png")), large.png()).unwrap();
            }
        }
        let random = &mut Random::new(3);
        let others = [
            ("portrait", portrait(320, random)),
            ("screen-a", screenshot(590, 1278, random)),
            ("screen-b", screenshot(590, 1278, random)),
            ("screen-c", screenshot(590, 1278, random)),
            ("wallpaper", wallpaper(590, 1278, random)),
        ];
        for (name, canvas) in others {
            assert!(!canvas.png().is_empty());
            if let Some(folder) = &folder {
                std::fs::write(folder.join(format!("{name}.png")), canvas.png()).unwrap();
            }
        }
    }
}
