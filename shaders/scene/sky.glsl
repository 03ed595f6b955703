// The sky: gradient, sun glow and sunlit cumulus, scene-linear and far above display white.
// Domain: a unit direction; the sky is infinitely far, so position does not matter.
// Source: original; the glow is the Henyey-Greenstein phase function (Astrophys. J. 93, 1941).

struct Sky {
    vec3 sun;           // unit direction towards the sun
    vec3 sunlight;      // scene-linear Rec.709, what a white card facing the sun shows
    vec3 zenith;
    vec3 horizon;
    vec2 offset;        // where in the noise tile the clouds lie
    float cover;        // 0..1, share of the sky under cloud
};

float henyey_greenstein(float cosine, float g) {
    float k = 1.0 + g * g - 2.0 * g * cosine;
    return (1.0 - g * g) / (k * sqrt(k));
}

// Light from the clear air, without the clouds.
vec3 sky_air(Sky s, vec3 direction) {
    float up = max(direction.y, 0.0); // below the horizon the air looks as it does at it
    float cosine = dot(direction, s.sun);
    vec3 air = mix(s.zenith, s.horizon, exp(-up * 8.0));
    air *= 1.0 + 0.35 * cosine;
    vec3 glow = s.sunlight * (0.050 * henyey_greenstein(cosine, 0.72) +
                              0.030 * henyey_greenstein(cosine, 0.955));
    return air + glow;
}

// Colour of the air between the camera and something far away.
vec3 haze_color(Sky s, vec3 direction) {
    vec3 level = normalize(vec3(direction.x, 0.02, direction.z));
    float cosine = dot(level, s.sun);
    return s.horizon * (0.80 + 0.25 * cosine) + s.sunlight * 0.030 * henyey_greenstein(cosine, 0.6);
}

float cloud_density(sampler2D tile, Sky s, vec3 p) {
    // p in kilometres; the deck lies between 1.0 and 2.3
    float level = (p.y - 1.0) / 1.3;
    vec4 shape = textureLod(tile, p.xz * 0.048 + s.offset, 1.0);
    vec4 fine = textureLod(tile, p.xz * 0.17 + vec2(p.y * 0.05, -p.y * 0.06), 0.0);
    vec4 side = textureLod(tile, vec2(0.23 * (p.x + 0.3 * p.z), 0.40 * p.y), 1.0);
    float puffs = 0.34 * (fine.z - 0.55) + 0.20 * (side.z - 0.55);
    float body = shape.x * 0.62 + shape.z * 0.38 + puffs * (0.5 + level);
    float base = smoothstep(0.0, 0.10, level);
    float threshold = mix(0.72, 0.44, s.cover) + 0.17 * level;
    return base * smoothstep(threshold, threshold + 0.10, body);
}

// The sky with its clouds.
vec3 sky_radiance(sampler2D tile, Sky s, vec3 direction) {
    vec3 air = sky_air(s, direction);
    float up = max(direction.y, 0.012); // the deck is cut off before it reaches the horizon
    float first = 1.0 / up;
    float last = 2.3 / up;
    const int STEPS = 56;
    float pace = (last - first) / float(STEPS);
    // A random start for each direction: the steps would show as stripes otherwise.
    ivec2 cell = ivec2(direction.xz * 40000.0) + ivec2(direction.y * 90000.0, 0);
    float shift = hash_unit(cell, 77u);
    float cosine = dot(direction, s.sun);
    float lining = 0.50 + 0.30 * henyey_greenstein(cosine, 0.45) + 0.34 * henyey_greenstein(cosine, 0.86);
    vec3 ambient = mix(s.zenith, s.horizon, 0.5) * 0.75;
    vec3 light = vec3(0.0);
    float clear = 1.0;
    float reach = min(pace, 0.45); // kilometres of cloud one step stands for
    for (int k = 0; k < STEPS; k++) {
        vec3 p = direction * (first + (float(k) + shift) * pace);
        float density = cloud_density(tile, s, p);
        float shade = cloud_density(tile, s, p + s.sun * 0.16) + cloud_density(tile, s, p + s.sun * 0.42);
        float level = (p.y - 1.0) / 1.3;
        vec3 lit = s.sunlight * lining * exp(-1.5 * shade) + ambient * (0.45 + 0.75 * level);
        float cover = 1.0 - exp(-density * reach * 11.0);
        light += clear * cover * lit;
        clear *= 1.0 - cover;
    }
    float far = exp(-first * 0.030); // distant clouds sink into the haze
    return mix(air, air * clear + light, far * smoothstep(0.008, 0.05, direction.y));
}

// Directions on a map of the part of the sky the camera may see: azimuth and elevation.
const vec2 SKY_REACH = vec2(0.52, 0.36);   // radians from edge to centre, from bottom to top
const float SKY_BOTTOM = -0.03;

vec3 sky_map_direction(vec2 uv) {
    float azimuth = (uv.x * 2.0 - 1.0) * SKY_REACH.x;
    float elevation = SKY_BOTTOM + uv.y * SKY_REACH.y;
    return vec3(sin(azimuth) * cos(elevation), sin(elevation), cos(azimuth) * cos(elevation));
}

vec2 sky_map_position(vec3 direction) {
    float azimuth = atan(direction.x, direction.z);
    return vec2(azimuth / SKY_REACH.x * 0.5 + 0.5, (asin(direction.y) - SKY_BOTTOM) / SKY_REACH.y);
}
