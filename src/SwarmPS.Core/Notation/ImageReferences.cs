namespace SwarmPS.Notation;

/// <summary>Names of images: <c>registry/path:tag@digest</c>.</summary>
public static class ImageReferences
{
    /// <summary>Whether a name stands for one image for good: it has a digest, or is an image's id.</summary>
    public static bool IsFixed(string image) =>
        image.Contains("@sha256:", StringComparison.Ordinal) || image.StartsWith("sha256:", StringComparison.Ordinal);

    /// <summary>The name with <c>:latest</c> where it has neither a tag nor a digest, as the engine shows it.</summary>
    public static string WithTag(string image)
    {
        if (IsFixed(image))
            return image;
        var name = image[(image.LastIndexOf('/') + 1)..];
        return name.Contains(':') || name.Length == 0 ? image : image + ":latest";
    }
}
