// The colour with NaN as 0 and each channel held within low to high.
// Reason for the clamp: one NaN or infinity would fill all channels at the next matrix and all
// neighbours at the next filter. The limits lie far outside what a picture holds.
vec3 finite_log_of(vec3 c, float low, float high)
{
    vec3 numbers = mix(c, vec3(0.0), isnan(c));
    return clamp(numbers, vec3(low), vec3(high));
}

vec3 finite_log(vec3 c)
{
    return finite_log_of(c, -1.9, 1.9);
}

// slog3_sgamut3cine to davinci_intermediate
vec4 slog3_sgamut3cine_to_davinci_intermediate_rgba(vec4 inPixel)
{
  vec4 outColor = inPixel;

  // Add Log 'Camera Log to Lin' processing

  {
    vec3 log_break = vec3(0.167360991);
    vec3 linear_segment_offset = vec3(0.092864126);
    vec3 linear_segment_slopeinv = vec3(0.151013061);
    vec3 lin_slopeinv = vec3(0.189999998);
    vec3 lin_offset = vec3(0.052631578947368425);
    vec3 log_slopeinv = vec3(3.91204596);
    vec3 log_base = vec3(10.);
    vec3 log_offset = vec3(0.41055718475073316);
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
    res = mat4(0.85278722520008299, -0.014981188523055439, 0.037907848534258055, 0., 0.13247579431242018, 0.987029009977892, 0.091678874858090342, 0., 0.01473698048749671, 0.027952178545163502, 0.87041327660765178, 0., 0., 0., 0., 1.) * tmp;
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

vec3 slog3_sgamut3cine_to_davinci_intermediate(vec3 c)
{
  return slog3_sgamut3cine_to_davinci_intermediate_rgba(vec4(c, 1.0)).rgb;
}
