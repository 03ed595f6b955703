#version 330 core
// What the viewer makes of a finished picture: its key in grey, in red over it, on black, or the
// picture's exposure in false colour. Display code values in and out.
uniform sampler2D picture;
uniform sampler2D key;
uniform int mode;
out vec4 shown;

// The usual exposure bands of monitors, by luma in percent of the display's range.
vec3 false_colour(vec3 rgb)
{
    float luma = dot(rgb, vec3(0.2126, 0.7152, 0.0722));
    vec3 plain = vec3(luma);
    if (luma < 0.02) return vec3(0.36, 0.10, 0.48);
    if (luma < 0.10) return vec3(0.13, 0.28, 0.62);
    if (luma > 0.99) return vec3(0.82, 0.12, 0.12);
    if (luma > 0.94) return vec3(0.88, 0.78, 0.22);
    if (luma > 0.40 && luma < 0.46) return vec3(0.24, 0.56, 0.28);
    if (luma > 0.56 && luma < 0.64) return vec3(0.85, 0.58, 0.58);
    return plain;
}

void main()
{
    ivec2 q = ivec2(gl_FragCoord.xy);
    vec3 rgb = clamp(texelFetch(picture, q, 0).rgb, 0.0, 1.0);  // a screen shows no more
    float k = clamp(texelFetch(key, q, 0).r, 0.0, 1.0);
    vec3 result = rgb;
    if (mode == 1) result = vec3(k);
    if (mode == 2) result = mix(rgb, rgb * 0.35 + vec3(0.55, 0.04, 0.04), k);
    if (mode == 3) result = rgb * k;
    if (mode == 4) result = false_colour(rgb);
    shown = vec4(result, 1.0);
}
