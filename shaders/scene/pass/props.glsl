// Distance to the stones and shrubs in front of the floor and the walls.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    if (texelFetch(person_map, at, 0).g == SUBJECT) discard;
    float t = texelFetch(props_cone_map, ivec2(pixel / block), 0).r;
    if (t > PROP_END) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    float end = min(texelFetch(ground_map, at, 0).r + 0.6, PROP_END);
    t = march_props(tile, canyon, camera.position, ray, t, end);
    if (t >= end) discard;
    color = vec4(t, PROP, 0.0, 0.0);
}
