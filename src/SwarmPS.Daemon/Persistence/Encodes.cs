using Nerdbank.MessagePack;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// Has the build write how <typeparamref name="T"/>, and all it holds, is encoded: objects as maps by property name without what is
/// at its default. The class becomes an <see cref="IEncodes{T}"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class EncodesAttribute<T> : Attribute;

/// <summary>Marks a class whose <c>Write</c> and <c>Read</c> are how <typeparamref name="T"/> is encoded wherever it is met.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EncodingOfAttribute<T> : Attribute;

/// <summary>Writes and reads one type of message.</summary>
internal interface IEncodes<T>
{
    /// <summary>Writes a value.</summary>
    static abstract void Write(ref MessagePackWriter writer, T value);

    /// <summary>Reads a value. Throws what <see cref="MessagePackReader"/> throws.</summary>
    static abstract T Read(ref MessagePackReader reader);
}
