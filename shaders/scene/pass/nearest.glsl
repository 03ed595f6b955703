// The nearest surface of each pixel: distance along the ray and what it is.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    vec2 surface = vec2(FAR, SKY);
    vec2 other = texelFetch(person_map, at, 0).rg;
    if (other.g != SKY) surface = other;
    other = texelFetch(ground_map, at, 0).rg;
    if (other.g != SKY && other.r < surface.r) surface = other;
    other = texelFetch(far_map, at, 0).rg;
    if (other.g != SKY && other.r < surface.r) surface = other;
    other = texelFetch(things_map, at, 0).rg;
    if (other.g != SKY && other.r < surface.r) surface = other;
    color = vec4(surface, 0.0, 0.0);
}
