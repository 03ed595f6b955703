// Powers without a selection, for rasterisers on a CPU. VEC and IVEC stand for a type of floats and
// the type of as many integers.
// Reason: the driver's own select for zero, infinity and NaN, after which a channel is computed only
// when the one before is done. Polynomials by Lawson's iteration, errors below 1e-7.

// p times log2 of a positive x; of 0 it is about -127 p.
VEC scaled_log2(VEC x, VEC p)
{
    IVEC bits = floatBitsToInt(x) - 0x3f3504f3;
    VEC m = intBitsToFloat((bits & 0x7fffff) + 0x3f3504f3);
    VEC y = (m - 1.0) / (m + 1.0);
    VEC z = y * y;
    VEC series = (2.8853905 + 0.96158785 * z) + 0.5957965 * (z * z);
    return p * VEC(bits >> 23) + (p * y) * series;
}

// 2 to the power of a finite t, held within what a float can be.
VEC power_of_two(VEC t)
{
    VEC whole = roundEven(t);
    VEC f = t - whole;
    VEC f2 = f * f;
    VEC low = (1.0 + 0.6931472 * f) + (0.24022648 + 0.055503324 * f) * f2;
    VEC high = (0.009618437 + 0.0013398875 * f) + 0.0001535336 * f2;
    VEC part = low + high * (f2 * f2);
    return intBitsToFloat(floatBitsToInt(part) + (clamp(IVEC(whole), -126, 127) << 23));
}

VEC quick_pow(VEC x, VEC p)
{
    return power_of_two(scaled_log2(x, p)) * min(x * 1e37, 1.0);
}

VEC quick_exp2(VEC t)
{
    return power_of_two(clamp(t, -127.0, 128.0));
}

VEC quick_log2(VEC x)
{
    return scaled_log2(x, VEC(1.0));
}

VEC quick_exp(VEC x)
{
    return quick_exp2(1.442695 * x);
}

VEC quick_log(VEC x)
{
    return 0.6931472 * quick_log2(x);
}
