using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>
/// Takes notice of an object that could not be handled: it is passed over, so that all others are handled. Where there is none, the fault
/// ends the work, as in tests and simulations, which should see it.
/// </summary>
/// <param name="kind">The kind of object.</param>
/// <param name="id">The object.</param>
/// <param name="fault">What went wrong.</param>
public delegate void PassOver(ObjectKind kind, string id, Exception fault);

/// <summary>Handles one object of many.</summary>
public static class OneObject
{
    /// <summary>Does something with an object; false where it was passed over.</summary>
    public static bool Handle(PassOver? passOver, ObjectKind kind, string id, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception fault) when (passOver is not null && fault is not (OperationCanceledException or OutOfMemoryException))
        {
            passOver(kind, id, fault);
            return false;
        }
    }
}
