// Signed distances (metres, negative inside) and ways of joining them.
// Domain: any point. Source: textbook geometry; the ellipsoid is a first-order bound.

float sd_ellipsoid(vec3 p, vec3 radii) {
    float scaled = length(p / radii);
    float slope = length(p / (radii * radii));
    // The clamp keeps the centre, where the slope vanishes, finite.
    return scaled * (scaled - 1.0) / max(slope, 1e-6);
}

// Capsule from a to b whose radius runs from ra to rb.
float sd_limb(vec3 p, vec3 a, vec3 b, float ra, float rb) {
    vec3 ap = p - a;
    vec3 ab = b - a;
    float h = clamp(dot(ap, ab) / dot(ab, ab), 0.0, 1.0); // the segment ends at a and b
    return length(ap - ab * h) - mix(ra, rb, h);
}

float sd_box(vec3 p, vec3 half_size, float rounding) {
    vec3 q = abs(p) - half_size + rounding;
    return length(max(q, 0.0)) + min(max(q.x, max(q.y, q.z)), 0.0) - rounding;
}

// Union whose seam is rounded over k metres.
float smooth_union(float a, float b, float k) {
    float h = max(k - abs(a - b), 0.0) / k; // no blend beyond k
    return min(a, b) - h * h * k * 0.25;
}

float smooth_intersection(float a, float b, float k) {
    return -smooth_union(-a, -b, k);
}

// Smallest distance between the ray (unit direction) and the segment a to b.
float ray_segment_distance(vec3 origin, vec3 direction, vec3 a, vec3 b) {
    vec3 ab = b - a;
    vec3 oa = origin - a;
    float along = dot(direction, ab);
    float size = dot(ab, ab);
    float s = (dot(oa, ab) - along * dot(oa, direction)) / max(size - along * along, 1e-6);
    s = clamp(s, 0.0, 1.0); // the segment ends at a and b
    vec3 nearest = oa - ab * s;
    return length(nearest - direction * dot(nearest, direction));
}

vec2 rotate(vec2 p, float angle) {
    float c = cos(angle);
    float s = sin(angle);
    return vec2(c * p.x - s * p.y, s * p.x + c * p.y);
}
