"""What a customer's own router must say, in the words of the common vendors."""
