// The camera: rays through pixels and the way back, rows counted from the top.
// Domain: pixels of the target, metres of the world. Source: pinhole projection.

struct Camera {
    vec3 position;
    vec3 right;
    vec3 up;
    vec3 forward;
    vec2 centre;    // of the picture, pixels
    float focal;    // focal length, pixels
};

// Direction through a pixel, scaled so that its part along the camera axis is 1 metre.
vec3 camera_ray(Camera c, vec2 pixel) {
    vec2 at = (pixel - c.centre) / c.focal;
    return c.forward + c.right * at.x - c.up * at.y;
}

// Pixel in which the camera sees a displacement from its position.
vec2 camera_pixel(Camera c, vec3 offset) {
    float depth = dot(offset, c.forward);
    return c.centre + c.focal * vec2(dot(offset, c.right), -dot(offset, c.up)) / depth;
}
