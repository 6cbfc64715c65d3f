use nin_kernels_cuda::{Device, bfloat16};

use crate::support::{on, poisoned, random, read};

fn rounding_is_to_nearest_and_ties_to_even<D: Device>(device: &D) {
    let bits = f32::from_bits;
    for (value, wanted) in [
        (bits(0x3f80_0000), 0x3f80_u16),
        (bits(0x3f80_7fff), 0x3f80),
        (bits(0x3f80_8000), 0x3f80),
        (bits(0x3f80_8001), 0x3f81),
        (bits(0x3f81_8000), 0x3f82),
        (bits(0xbf81_8000), 0xbf82),
        (0.0, 0x0000),
        (-0.0, 0x8000),
        (f32::MAX, 0x7f80),
        (f32::INFINITY, 0x7f80),
        (f32::NEG_INFINITY, 0xff80),
        // Smaller than every normal number.
        (bits(0x0000_8000), 0x0000),
        (bits(0x0001_8000), 0x0002),
    ] {
        assert_eq!(rounded(device, &[value]), [wanted], "{value:e}");
    }
    // A NaN with nothing in its upper half, and the one that a carry would make 0.
    for nan in [bits(0x7f80_0001), bits(0xffff_ffff)] {
        let [half] = rounded(device, &[nan])[..] else { panic!("one of one") };
        assert!(bits(u32::from(half) << 16).is_nan(), "{half:x}");
    }
}

fn every_element_has_its_own<D: Device>(device: &D) {
    for len in [255, 256, 257, 3 * 256, 3 * 256 + 1, 5000] {
        let values = random(len, 15);
        let halves = rounded(device, &values);
        for (value, half) in values.iter().zip(halves) {
            let error = (f32::from_bits(u32::from(half) << 16) - value).abs();
            // Half a unit in the last of 8 bits.
            assert!(error <= value.abs() / 256.0, "{half:x} for {value}");
        }
    }
}

fn rounded<D: Device>(device: &D, values: &[f32]) -> Vec<u16> {
    let (buffer, mut halves) = (on(device, values), poisoned(device, values.len()));
    let all = buffer.view(values.len());
    bfloat16::round(device, all, halves.view_mut(values.len())).unwrap();
    read(device, &halves, values.len())
}

on_each_device!(rounding_is_to_nearest_and_ties_to_even, every_element_has_its_own);
