use nin_kernels::dropout::{self, DropoutKey, DropoutProbability};
use nin_kernels_cuda::Device;

use crate::support::{on, poisoned, random, read};

fn mask_and_values_are_the_cpu_s_to_the_last_bit<D: Device>(device: &D) {
    let large = DropoutKey { seed: 0xdead_beef_0123_4567, stream: 0xfeed_0000_0000_0001 };
    for (p, key) in [(0.5, DropoutKey { seed: 42, stream: 3 }), (0.3, large), (0.0, large)] {
        let p = DropoutProbability::new(p).unwrap();
        for len in [1, 3, 4, 5, 1023, 1024, 1025, 4 * 256 * 3 + 1, 5000] {
            let input = random(len, 13);
            let (buffer, mut output) = (on(device, &input), poisoned(device, len));
            let all = buffer.view(len);
            nin_kernels_cuda::dropout::apply(device, p, key, all, output.view_mut(len)).unwrap();
            let mut truth = vec![f32::NAN; len];
            dropout::apply(p, key, &input, &mut truth);
            assert_eq!(read(device, &output, len), truth, "{len} of {p:?}");
        }
    }
}

on_each_device!(mask_and_values_are_the_cpu_s_to_the_last_bit);
