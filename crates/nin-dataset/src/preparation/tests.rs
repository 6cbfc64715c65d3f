use super::*;
use crate::{LabeledImages, Loader, Resizer, Statistic};

/// Pictures of H, W, C = 4, 5, 2.
fn images(count: usize) -> Images {
    let bytes = (0..count * 40).map(|i| (i * i * 31 + i * 7) as u8).collect();
    Images::new(count, (4, 5, 2), bytes).unwrap()
}

fn config(contrast: Contrast, whitening: Whitening) -> DataConfig {
    let (mean, std) =
        (Statistic::PerChannel(vec![0.5, -1.0]), Statistic::PerChannel(vec![2.0, 4.0]));
    DataConfig { image_size: 3, contrast, whitening, mean, std, ..DataConfig::default() }
}

/// Every picture in batches of three.
fn prepared(config: &DataConfig, images: &Images) -> Vec<f32> {
    let preparation = Preparation::resolve(config, images, &[0]).unwrap();
    let labels = vec![0; images.count()].into();
    let data = LabeledImages { images: Arc::new(images.clone()), labels };
    let order = (0..images.count() as u32).collect();
    let batches = Loader::new(data, preparation, 3).unwrap().batches(order).unwrap();
    batches.flat_map(|batch| batch.unwrap().images.clone()).collect()
}

/// The resized pixels of a picture as values.
fn resized(images: &Images, index: usize) -> Vec<f32> {
    let mut bytes = vec![0; 18];
    Resizer::new((4, 5), (3, 3), 2).resize(images.picture(index), &mut bytes);
    bytes.iter().map(|&byte| byte.into()).collect()
}

fn with_mean_and_std(values: &[f32]) -> impl Iterator<Item = f32> {
    values.chunks_exact(2).flat_map(|pixel| [(pixel[0] - 0.5) / 2.0, (pixel[1] + 1.0) / 4.0])
}

#[test]
fn contrast_comes_after_the_resize_and_before_mean_and_std() {
    let images = images(7);
    for contrast in [Contrast::Global, Contrast::Local] {
        let found = prepared(&config(contrast, Whitening::None), &images);
        let mut wanted = Vec::new();
        for index in 0..7 {
            let mut values = resized(&images, index);
            crate::contrast::ContrastNormalizer::new(contrast, (3, 3, 2)).normalize(&mut values);
            wanted.extend(with_mean_and_std(&values));
        }
        assert_eq!(found, wanted, "{contrast}");
    }
}

#[test]
fn with_none_of_both_pixels_are_normalised_in_0_to_1() {
    let images = images(2);
    let found = prepared(&config(Contrast::None, Whitening::None), &images);
    let pixels: Vec<f32> = resized(&images, 0).iter().map(|pixel| pixel / 255.0).collect();
    let wanted: Vec<f32> = with_mean_and_std(&pixels).collect();
    assert_eq!(found[..18], wanted);
}

#[test]
#[cfg(feature = "whitening")]
fn whitening_comes_between_contrast_and_mean() {
    let images = images(20);
    for contrast in [Contrast::None, Contrast::Global] {
        let found = prepared(&config(contrast, Whitening::Zca), &images);
        let mut values = Vec::new();
        for index in 0..20 {
            let mut one = resized(&images, index);
            crate::contrast::ContrastNormalizer::new(contrast, (3, 3, 2)).normalize(&mut one);
            values.extend(one);
        }
        let picture =
            |index: usize, out: &mut [f32]| out.copy_from_slice(&values[index * 18..][..18]);
        let zca = Zca::fit(20, 18, picture).unwrap();
        zca.apply(&mut values, &mut Vec::new());
        for (found, wanted) in found.iter().zip(with_mean_and_std(&values)) {
            // The product may sum in another order in a batch of three.
            assert!((found - wanted).abs() < 1e-3, "{contrast}: {found} for {wanted}");
        }
    }
}

#[test]
#[cfg(feature = "whitening")]
fn whitening_is_fitted_to_all_whatever_the_split() {
    let images = images(20);
    let config = config(Contrast::Global, Whitening::Zca);
    let one = Preparation::resolve(&config, &images, &[0]).unwrap();
    assert_eq!(one, Preparation::resolve(&config, &images, &[3, 5]).unwrap());
    assert_eq!(one.whitening.as_ref().unwrap().values(), 18);

    let other = Preparation { image_size: (4, 4), ..one };
    let error = Preparer::new(&other, None, &images).err().unwrap().to_string();
    assert_eq!(error, "whitening: want one of pictures of 32 values, found 18");
}

#[test]
#[cfg(not(feature = "whitening"))]
fn without_the_feature_whitening_is_refused() {
    let error = config(Contrast::None, Whitening::Zca).validate().unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Usage);
    assert!(error.to_string().starts_with("whitening: zca is not in this build"), "{error}");
}
