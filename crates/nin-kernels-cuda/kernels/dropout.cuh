// Dropout whose mask is a function of seed, stream and element alone, word for
// word the one of the CPU.
#pragma once
#include "common.cuh"

struct Words {
    u32 word[4];
};

// Philox4x32-10 (Salmon et al., 2011).
NIN_DEVICE Words philox(Words counter, u32 key0, u32 key1) {
    for (int round = 0; round < 10; round++) {
        u64 product0 = (u64)0xd2511f53u * counter.word[0];
        u64 product1 = (u64)0xcd9e8d57u * counter.word[2];
        Words next = {{(u32)(product1 >> 32) ^ counter.word[1] ^ key0, (u32)product1,
                       (u32)(product0 >> 32) ^ counter.word[3] ^ key1, (u32)product0}};
        counter = next;
        key0 += 0x9e3779b9u;
        key1 += 0xbb67ae85u;
    }
    return counter;
}

// output = input · scale where the element's word is at least `threshold`, else
// 0; a thread has four elements. Input and output may be the same.
NIN_KERNEL(dropout)(const float* input, u64 seed, u64 stream, u32 threshold, float scale, u64 len,
                    float* output) {
    u64 quads = (len + 3) / 4;
    for (u64 quad = first_element(); quad < quads; quad += element_step()) {
        Words counter = {{(u32)quad, (u32)(quad >> 32), (u32)stream, (u32)(stream >> 32)}};
        Words words = philox(counter, (u32)seed, (u32)(seed >> 32));
        for (u32 lane = 0; lane < 4; lane++) {
            u64 i = quad * 4 + lane;
            if (i < len) output[i] = words.word[lane] >= threshold ? input[i] * scale : 0.0f;
        }
    }
}
