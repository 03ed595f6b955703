// The colour with NaN as 0 and each channel held within low to high.
// Reason for the clamp: one NaN or infinity would fill all channels at the next matrix and all
// neighbours at the next filter. The limits lie far outside what a picture holds.
vec3 finite_of(vec3 c, float low, float high)
{
    vec3 numbers = mix(c, vec3(0.0), isnan(c));
    return clamp(numbers, vec3(low), vec3(high));
}

vec3 finite(vec3 c)
{
    return finite_of(c, -65504.0, 65504.0);
}

// rec709 to linear_rec709
vec4 rec709_to_linear_rec709_rgba(vec4 inPixel)
{
  vec4 outColor = inPixel;

  // Add Gamma 'basicMirrorFwd' processing

  {
    vec4 gamma = vec4(2.3999999999999999, 2.3999999999999999, 2.3999999999999999, 1.);
    vec4 signcol = sign(outColor);
    vec4 res = signcol * pow( abs( outColor ), gamma );
    outColor.rgb = vec3(res.x, res.y, res.z);
    outColor.a = res.w;
  }

  return outColor;
}

vec3 rec709_to_linear_rec709(vec3 c)
{
  return rec709_to_linear_rec709_rgba(vec4(c, 1.0)).rgb;
}

// Scene light of display light: the inverse of davinci_rendering, x = b*y / (a - y).
// Domain: any finite value. Odd below 0; above f(white) it follows the tangent.
vec3 davinci_inverse_of(vec3 display, float a, float b, float white)
{
    vec3 y = abs(display);
    float at_white = white + b;
    float peak = a * white / at_white;
    float slope = a * b / (at_white * at_white);
    // The clamp keeps the unused branch off the pole at y = a; peak < a always.
    vec3 curve = b * y / (a - min(y, vec3(peak)));
    vec3 tangent = white + (y - peak) / slope;
    return sign(display) * mix(curve, tangent, greaterThan(y, vec3(peak)));
}

vec3 davinci_inverse(vec3 c)
{
    return davinci_inverse_of(c, 1.19496386, 1.94963855, 10.0);
}

// linear_rec709 to davinci_intermediate
vec4 linear_rec709_to_davinci_intermediate_rgba(vec4 inPixel)
{
  vec4 outColor = inPixel;

  // Add Matrix processing

  {
    vec4 res = outColor;
    vec4 tmp = res;
    res = mat4(0.56276745600710754, 0.077754635285045878, 0.064669199916328204, 0., 0.32351658870395944, 0.74957734616322214, 0.19199869204629902, 0., 0.1137159552889327, 0.17266801855173206, 0.74333210803737315, 0., 0., 0., 0., 1.) * tmp;
    outColor.rgb = vec3(res.x, res.y, res.z);
    outColor.a = res.w;
  }

  // Add Log 'Camera Lin to Log' processing

  {
    vec3 minValue = vec3(1.17549435e-38);
    vec3 linear_break = vec3(0.0026240899999999999);
    vec3 linear_segment_slope = vec3(10.4442682);
    vec3 linear_segment_offset = vec3(-7.4505806e-09);
    vec3 lin_slope = vec3(1.);
    vec3 lin_offset = vec3(0.0074999999999999997);
    vec3 log_slope = vec3(0.105738699);
    vec3 log_offset = vec3(0.51304735999999995);
    vec3 isAboveBreak = vec3(greaterThan( outColor.rgb, linear_break));
    vec3 linSeg = outColor.rgb * linear_segment_slope + linear_segment_offset;
    vec3 logSeg = max( minValue, (outColor.rgb * lin_slope + lin_offset) );
    logSeg = log_slope * log( logSeg ) + log_offset;
    outColor.rgb = isAboveBreak * logSeg + ( vec3(1.) - isAboveBreak ) * linSeg;
  }

  return outColor;
}

vec3 linear_rec709_to_davinci_intermediate(vec3 c)
{
  return linear_rec709_to_davinci_intermediate_rgba(vec4(c, 1.0)).rgb;
}
