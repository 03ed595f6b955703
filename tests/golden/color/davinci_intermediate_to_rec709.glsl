// The colour with NaN as 0 and each channel held within low to high.
// Reason for the clamp: one NaN or infinity would fill all channels at the next matrix and all
// neighbours at the next filter. The limits lie far outside what a picture holds.
vec3 finite_working_of(vec3 c, float low, float high)
{
    vec3 numbers = mix(c, vec3(0.0), isnan(c));
    return clamp(numbers, vec3(low), vec3(high));
}

vec3 finite_working(vec3 c)
{
    return finite_working_of(c, -65504.0, 1.9);
}

// davinci_intermediate to linear_rec709
vec4 davinci_intermediate_to_linear_rec709_rgba(vec4 inPixel)
{
  vec4 outColor = inPixel;

  // Add Log 'Camera Log to Lin' processing

  {
    vec3 log_break = vec3(0.0274066925);
    vec3 linear_segment_offset = vec3(-7.4505806e-09);
    vec3 linear_segment_slopeinv = vec3(0.0957462937);
    vec3 lin_slopeinv = vec3(1.);
    vec3 lin_offset = vec3(0.0074999999999999997);
    vec3 log_slopeinv = vec3(13.6439648);
    vec3 log_base = vec3(2.);
    vec3 log_offset = vec3(0.51304735999999995);
    vec3 isAboveBreak = vec3(greaterThan( outColor.rgb, log_break));
    vec3 linSeg = ( outColor.rgb - linear_segment_offset ) * linear_segment_slopeinv;
    vec3 logSeg = (outColor.rgb - log_offset) * log_slopeinv;
    logSeg = pow(log_base, logSeg);
    logSeg = lin_slopeinv * (logSeg - lin_offset);
    outColor.rgb = isAboveBreak * logSeg + ( vec3(1.) - isAboveBreak ) * linSeg;
  }

  // Add Matrix processing

  {
    vec4 res = outColor;
    vec4 tmp = res;
    res = mat4(1.8986148993059071, -0.16894878647615946, -0.12153916060431853, 0., -0.79217618340404417, 1.4889757541181159, -0.31567585305224316, 0., -0.10643871590186206, -0.32002696764195637, 1.4372150136565611, 0., 0., 0., 0., 1.) * tmp;
    outColor.rgb = vec3(res.x, res.y, res.z);
    outColor.a = res.w;
  }

  return outColor;
}

vec3 davinci_intermediate_to_linear_rec709(vec3 c)
{
  return davinci_intermediate_to_linear_rec709_rgba(vec4(c, 1.0)).rgb;
}

// Display light of scene light, per channel of linear display primaries: f(x) = a*x / (x + b).
// Domain: any finite value. Odd below 0; above `white` it goes on along its tangent, so the
// inverse exists everywhere and super-whites survive. 1.0 is 100 nits on both sides.
vec3 davinci_of(vec3 scene, float a, float b, float white)
{
    vec3 x = abs(scene);
    float at_white = white + b;
    float slope = a * b / (at_white * at_white);
    vec3 curve = a * x / (x + b);
    vec3 tangent = a * white / at_white + slope * (x - white);
    return sign(scene) * mix(curve, tangent, greaterThan(x, vec3(white)));
}

vec3 davinci(vec3 c)
{
    return davinci_of(c, 1.19496386, 1.94963855, 10.0);
}

// linear_rec709 to rec709
vec4 linear_rec709_to_rec709_rgba(vec4 inPixel)
{
  vec4 outColor = inPixel;

  // Add Gamma 'basicMirrorRev' processing

  {
    vec4 gamma = vec4(0.41666666666666669, 0.41666666666666669, 0.41666666666666669, 1.);
    vec4 signcol = sign(outColor);
    vec4 res = signcol * pow( abs( outColor ), gamma );
    outColor.rgb = vec3(res.x, res.y, res.z);
    outColor.a = res.w;
  }

  return outColor;
}

vec3 linear_rec709_to_rec709(vec3 c)
{
  return linear_rec709_to_rec709_rgba(vec4(c, 1.0)).rgb;
}
