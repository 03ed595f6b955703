// Keys of shapes, 0..1. position: picture heights from the centre, x right, y down.
// place: centre x, centre y, width of the soft edge (above 0); the shape is turned clockwise by the
// angle of cosine and sine; half_width and half_height above 0.

vec2 window_turned(vec2 position, vec3 place, float cosine, float sine)
{
    vec2 p = position - place.xy;
    return vec2(cosine * p.x + sine * p.y, cosine * p.y - sine * p.x);
}

// From the distance to the edge, negative inside.
float window_edge(float away, float softness)
{
    return 1.0 - smoothstep(-0.5 * softness, 0.5 * softness, away);
}

float window_ellipse(
    vec2 position, vec3 place, float cosine, float sine, float half_width, float half_height)
{
    vec2 p = window_turned(position, place, cosine, sine) / vec2(half_width, half_height);
    return window_edge((length(p) - 1.0) * min(half_width, half_height), place.z);
}

float window_rectangle(
    vec2 position, vec3 place, float cosine, float sine, float half_width, float half_height)
{
    vec2 p = window_turned(position, place, cosine, sine);
    vec2 away = abs(p) - vec2(half_width, half_height);
    return window_edge(length(max(away, 0.0)) + min(max(away.x, away.y), 0.0), place.z);
}

float window_gradient(vec2 position, vec3 place, float cosine, float sine)
{
    return window_edge(window_turned(position, place, cosine, sine).y, place.z);
}
